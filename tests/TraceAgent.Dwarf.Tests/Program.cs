using System.Globalization;
using TraceAgent.Dwarf.Tests;

// TraceAgent.Dwarf.Tests (lines | entries | chains | places | coverage | frames) FILE [STEP [SUPPLEMENT]]
if (args is not [var what and ("lines" or "entries" or "chains" or "frames" or "places" or "coverage"), var file, ..])
{
    Console.Error.WriteLine("usage: (lines | entries | chains | places | coverage | frames) FILE [STEP [SUPPLEMENT [BINARY]]]");
    return 2;
}

using var files = DebugFiles.Open(file, args.ElementAtOrDefault(3) is { Length: > 0 } supplement ? supplement : null);
using var binary = args.ElementAtOrDefault(4) is { Length: > 0 } code ? DebugFiles.Open(code, null) : null;
using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16);
var dump = new Dump(files, output, int.Parse(args.ElementAtOrDefault(2) ?? "1", CultureInfo.InvariantCulture));
switch (what)
{
    case "lines":
        dump.Lines();
        break;
    case "entries":
        dump.Entries();
        break;
    case "chains":
        dump.Chains();
        break;
    case "coverage":
        output.WriteLine(Coverage.Of(files, binary));
        break;
    case "places":
        dump.Places();
        break;
    default:
        dump.Frames(Console.In);
        break;
}

foreach (var problem in files.Sections.Problems)
{
    Console.Error.WriteLine($"{file}: {problem}");
}

return files.Sections.Problems.Count == 0 ? 0 : 1;
