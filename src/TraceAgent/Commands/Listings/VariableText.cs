using System.Globalization;
using System.Text.Json;
using TraceAgent.Capture;
using TraceAgent.Capture.Plans;
using TraceAgent.Capture.Variables;
using TraceAgent.Dwarf.Locations;
using TraceAgent.Dwarf.Service;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Loading;
using TraceAgent.Symbols.Sites;
using TraceAgent.Yaml.Diagnostics;

namespace TraceAgent.Commands.Listings;

/// <summary>Describes variables: type, and where the value is, or why it cannot be had and on which lines it can.</summary>
/// <param name="image">The open binary.</param>
internal sealed class VariableText(ElfImage image)
{
    private const int MaxBytes = 16;

    private readonly ExprText _text = new(image.Architecture, []);
    private readonly EntryValueSites _entries = new(image);

    public IEnumerable<string[]> Rows(LineSite site) => site.Variables.Select(variable => new[]
    {
        PrintableText.Of(variable.Name) + (variable.IsShadowed ? " (shadowed)" : ""), PrintableText.Of(variable.Type),
        $"{Describe(site, variable)}{(variable.Lives.Count > 0 ? $"; it can on {LineRange.Text(variable.Lives)}" : "")}",
    });

    public void WriteJson(Utf8JsonWriter json, LineSite site)
    {
        json.WriteStartArray("variables");
        foreach (var variable in site.Variables)
        {
            json.WriteStartObject();
            json.WriteString("name", PrintableText.WellFormed(variable.Name));
            json.WriteString("kind", variable.IsParameter ? "parameter" : "local");
            if (variable.IsShadowed)
            {
                json.WriteBoolean("shadowed", true);
            }

            json.WriteString("type", PrintableText.WellFormed(variable.Type));
            if (PlaceOf(site, variable, out _) is LocationPiece.Missing missing)
            {
                json.WriteString("problem", CodeOf(missing.Reason));
            }
            else
            {
                json.WriteString("value", Describe(site, variable));
            }

            if (variable.Lives.Count > 0)
            {
                json.WriteStartArray("lives");
                foreach (var lines in variable.Lives)
                {
                    json.WriteStringValue(lines.ToString());
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private string Describe(LineSite site, LineVariable variable)
    {
        var place = PlaceOf(site, variable, out var whyMissing);
        return whyMissing is null ? Describe(place) : $"{Describe(place)}: {whyMissing}";
    }

    /// <summary>The place of a variable: of one that each thread has, where the thread has it.</summary>
    private LocationPiece PlaceOf(LineSite site, LineVariable variable, out string? whyMissing)
    {
        whyMissing = null;
        return variable.Place is LocationPiece.ThreadLocal
            ? LoadedPlace.Of(image, site.Address, variable.Place, out whyMissing)
            : _entries.Of(site.Entry, variable.Place);
    }

    private string Describe(LocationPiece place) => place switch
    {
        LocationPiece.Memory memory => $"at {_text.Of(memory.Address)}",
        LocationPiece.Value value => _text.Of(value.Computed),
        LocationPiece.Static known => string.Create(CultureInfo.InvariantCulture, $"at 0x{known.Address:x} of the file"),
        LocationPiece.Bytes bytes => $"always the bytes {Convert.ToHexStringLower([.. bytes.Content.Take(MaxBytes)])}"
            + (bytes.Content.Count > MaxBytes ? "..." : ""),
        LocationPiece.Pieces pieces => string.Join(", ", pieces.Parts.Select(
            part => $"{Plural.Of((long)part.Bits, "bit")}: {Describe(part.Place)}")),
        LocationPiece.PointerTo pointer => $"optimised out; it leads to {(pointer.Offset == 0 ? "" : $"byte {pointer.Offset} of ")}"
            + Describe(pointer.Target),
        LocationPiece.Missing missing => Describe(missing.Reason),
        _ => "",
    };

    private static string Describe(MissingReason reason) => reason switch
    {
        MissingReason.OptimisedOut => "optimised out",
        MissingReason.NotLive => "cannot be had here",
        MissingReason.NeedsEntryValue => "only as it was on entry, which cannot be seen",
        MissingReason.VectorRegister => "in a floating-point or vector register",
        MissingReason.FloatingPoint => "computed with floating-point numbers",
        MissingReason.ThreadLocal => "of the thread (thread-local)",
        MissingReason.NeedsLoadAddress => "computed from an address of the file",
        MissingReason.Branches => "computed with branches",
        MissingReason.CallerArgument => "only as the caller has it",
        MissingReason.TooComplex => "computed in too many steps",
        MissingReason.NoFrame => "in a frame that is not described",
        _ => "described in a way that is not understood",
    };

    /// <summary>The code of a reason for machines.</summary>
    private static string CodeOf(MissingReason reason) => reason switch
    {
        MissingReason.OptimisedOut => "optimised_out",
        MissingReason.NotLive => "not_live",
        MissingReason.NeedsEntryValue => "needs_entry_value",
        MissingReason.VectorRegister => "vector_register",
        MissingReason.FloatingPoint => "floating_point",
        MissingReason.ThreadLocal => "thread_local",
        MissingReason.NeedsLoadAddress => "needs_load_address",
        MissingReason.Branches => "branches",
        MissingReason.CallerArgument => "caller_argument",
        MissingReason.TooComplex => "too_complex",
        MissingReason.NoFrame => "no_frame",
        _ => "not_understood",
    };
}
