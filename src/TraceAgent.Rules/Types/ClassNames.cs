namespace TraceAgent.Rules.Types;

/// <summary>
/// Classes of the C++ library that have destructors or copy constructors of their own, whatever their template arguments are: by
/// value they are passed and returned by address (Itanium C++ ABI 3.1.2.3).
/// </summary>
internal static class ClassNames
{
    private static readonly HashSet<string> Known =
    [
        "any", "basic_regex", "basic_string", "deque", "exception", "exception_ptr", "filesystem::path", "forward_list", "function",
        "future", "list",
        "locale", "logic_error", "map", "move_only_function", "multimap", "multiset", "priority_queue", "promise", "queue",
        "regex", "runtime_error",
        "set", "shared_future", "shared_lock", "shared_ptr", "stack", "string", "stringstream", "istringstream", "ostringstream",
        "system_error",
        "thread", "jthread", "u8string", "u16string", "u32string", "unique_lock", "unique_ptr", "unordered_map", "unordered_multimap",
        "unordered_multiset", "unordered_set", "vector", "weak_ptr", "wstring",
    ];

    /// <param name="name">The name as it was written, with template arguments.</param>
    public static bool IsPassedByAddress(string name)
    {
        const string library = "std::";
        var arguments = name.IndexOf('<', StringComparison.Ordinal);
        var end = arguments < 0 ? name.Length : arguments;

        // std::vector<int>::iterator is another type.
        return name.StartsWith(library, StringComparison.Ordinal)
            && (arguments < 0 || name.EndsWith('>'))
            && !name.Contains(">::", StringComparison.Ordinal)
            && Known.Contains(name[library.Length..end].Replace("pmr::", "", StringComparison.Ordinal));
    }
}
