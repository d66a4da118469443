using TraceAgent.Dwarf.Entries;

namespace TraceAgent.Dwarf.Lines;

/// <summary>A file that lines are of, as the line program names it.</summary>
/// <param name="Name">The name, or a path.</param>
/// <param name="Folder">Index of its folder.</param>
internal readonly record struct SourceFile(AttributeValue Name, ulong Folder);
