using System.CommandLine;
using TraceAgent.Configuration;

namespace TraceAgent.Commands.Arguments;

/// <summary>The option <c>--flush TIME</c> of <c>run</c> and <c>trace</c>.</summary>
internal static class FlushOption
{
    public static Option<TimeSpan?> Create() => new("--flush")
    {
        HelpName = "TIME",
        Description = FlushValue.Description,
        CustomParser = result =>
        {
            var time = FlushValue.Parse(result.Tokens[0].Value);
            if (time is null)
            {
                result.AddError($"--flush takes {FlushValue.Expected}, not {result.Tokens[0].Value}");
            }

            return time;
        },
    };
}
