using TraceAgent.Capture.Places;
using TraceAgent.Capture.Plans;
using TraceAgent.Rules.Keys.Drafts;
using TraceAgent.Yaml;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Rules.Keys;

/// <summary>Checks keys that belong to lines of source, or do not go together with them.</summary>
internal static class LineAssembly
{
    private static readonly (string Key, string Hint)[] NotAtLines =
    [
        ("args", "capture: [$args] logs the parameters of the function, $locals its other variables"),
        ("signature", "debug information says the types: capture: [$args]"),
        ("ret", "follow the function itself with 'symbol'"),
        ("return_at", "follow the function itself with 'symbol'"),
    ];

    /// <summary>Reports keys that mean nothing beside others.</summary>
    public static void Check(RuleDraft draft, ProbeTrigger on, DiagnosticBag bag)
    {
        if (!draft.Has("line"))
        {
            CheckWithoutLine(draft, bag);
            return;
        }

        if (on != ProbeTrigger.Entry)
        {
            bag.Error(
                DiagnosticCode.KeyConflict, draft.Present["on"].Key.At, "a line is a place in a function: it has no return",
                "remove 'on', or follow the function itself with 'symbol'");
        }

        foreach (var (key, hint) in NotAtLines)
        {
            if (draft.Has(key) && !(on == ProbeTrigger.Entry && key is "ret" or "return_at"))
            {
                bag.Error(DiagnosticCode.KeyConflict, draft.Present[key].Key.At, $"'{key}' is of functions, and not of lines", hint);
            }
        }
    }

    /// <summary>The place with what other keys say of it.</summary>
    public static Located<Location> WithKeys(Located<Location> where, RuleDraft draft) => where.Value is Location.Line line
        ? new Located<Location>(line with { TakesNext = draft.TakesNextLine, AllPlaces = draft.TakesAllPlaces }, where.At)
        : where;

    private static void CheckWithoutLine(RuleDraft draft, DiagnosticBag bag)
    {
        foreach (var key in (string[])["nearest", "places"])
        {
            if (draft.Has(key))
            {
                bag.Error(DiagnosticCode.KeyConflict, draft.Present[key].Key.At, $"'{key}' means nothing without 'line'");
            }
        }

        if (draft.HasAutomaticArguments)
        {
            foreach (var group in draft.Groups.Where(group => group.Value == VariableGroups.Locals))
            {
                bag.Error(
                    DiagnosticCode.KeyConflict, group.At, "a function has no other variables yet when it is entered",
                    "name a line of it: line: handle_req:+3");
            }

            return;
        }

        if (draft.Has("missing"))
        {
            bag.Error(
                DiagnosticCode.KeyConflict, draft.Present["missing"].Key.At,
                "'missing' is about values that debug information describes", "use it with 'line' or 'args: auto'");
        }

        foreach (var group in draft.Groups)
        {
            bag.Error(
                DiagnosticCode.KeyConflict, group.At, "only debug information knows which variables there are",
                group.Value == VariableGroups.Arguments ? "add 'args: auto', or name a 'line'" : "name a 'line' instead of the function");
        }
    }
}
