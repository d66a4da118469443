namespace TraceAgent.Capture;

/// <summary>Types as rules write them.</summary>
public static class TypeNotation
{
    /// <summary>Such as <c>int32</c>, <c>string(128)</c>, <c>bytes</c>, <c>uint16[]</c>.</summary>
    public static string Of(CaptureType type) => type switch
    {
        CaptureType.Integer integer => $"{(integer.Signed ? "int" : "uint")}{integer.Size * 8}",
        CaptureType.Pointer => "ptr",
        CaptureType.Bool => "bool",
        CaptureType.Char => "char",
        CaptureType.Errno => "errno",
        CaptureType.Enumeration => "enum",
        CaptureType.Duration => "duration",
        CaptureType.IPv4 => "ipv4",
        CaptureType.IPv6 => "ipv6",
        CaptureType.SocketAddress => "sockaddr",
        CaptureType.Cgroup => "cgroup",
        CaptureType.Float { Size: 4 } => "float",
        CaptureType.Float => "double",
        CaptureType.Bytes bytes => $"bytes, at most {bytes.Max}",
        CaptureType.Array array => $"{Of(array.Element)}[], at most {array.Max}",
        CaptureType.Text text => $"string({text.Max})",
        CaptureType.CountedText text => $"string with a length, at most {text.Max}",
        CaptureType.TextObject { Size: CaptureType.TextObject.StandardStringSize } text => $"std::string({text.Max})",
        CaptureType.TextObject text => $"string object({text.Max})",
        CaptureType.Utf16 text => $"utf16({text.Max})",
        _ => type?.GetType().Name ?? "",
    };
}
