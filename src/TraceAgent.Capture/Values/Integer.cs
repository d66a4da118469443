using TraceAgent.Capture.Formatting;

namespace TraceAgent.Capture.Values;

public abstract partial record CaptureType
{
    /// <summary>An integer of <paramref name="Size"/> bytes (1, 2, 4 or 8).</summary>
    public sealed record Integer(int Size, bool Signed) : Scalar
    {
        internal static IEnumerable<Integer> All =>
            from signed in (bool[])[true, false] from size in (int[])[1, 2, 4, 8] select new Integer(size, signed);

        internal override int Width => Size;

        internal override bool IsSigned => Signed;

        internal override bool IsPlain => true;

        internal override string Notation => $"{(Signed ? "int" : "uint")}{Size * 8}";

        internal override ValueForm Form => ValueForm.Integer;

        internal override CaptureType InExpressions => this;

        internal override IReadOnlyList<string> Words => (Size, Signed) switch
        {
            (1, true) => ["int8", "int8_t", "int_least8_t", "int_fast8_t", "i8", "__s8"],
            (1, false) =>
            [
                "uint8", "uint8_t", "uint_least8_t", "uint_fast8_t", "u8", "__u8", "u_char", "u_int8_t", "char8_t", "std::byte",
            ],
            (2, true) => ["int16", "int16_t", "int_least16_t", "i16", "__s16"],
            (2, false) =>
            [
                "uint16", "uint16_t", "uint_least16_t", "u16", "__u16", "u_short", "ushort", "u_int16_t", "char16_t", "sa_family_t",
                "in_port_t",
            ],
            (4, true) => ["int32", "int32_t", "int_least32_t", "i32", "__s32", "pid_t", "key_t", "clockid_t", "wchar_t"],
            (4, false) =>
            [
                "uint32", "uint32_t", "uint_least32_t", "u32", "__u32", "u_int", "uint", "u_int32_t", "char32_t", "uid_t", "gid_t",
                "id_t", "mode_t", "socklen_t", "useconds_t", "wint_t",
            ],
            (_, true) =>
            [
                "int64", "int64_t", "int_least64_t", "int_fast16_t", "int_fast32_t", "int_fast64_t", "i64", "__s64", "isize",
                "intptr_t", "intmax_t", "ssize_t", "ptrdiff_t", "off_t", "off64_t", "loff_t", "time_t", "clock_t", "suseconds_t",
                "blkcnt_t", "blksize_t",
            ],
            _ =>
            [
                "uint64", "uint64_t", "uint_least64_t", "uint_fast16_t", "uint_fast32_t", "uint_fast64_t", "u64", "__u64", "u_int64_t",
                "usize", "uintptr_t", "uintmax_t", "size_t", "u_long", "ulong", "dev_t", "ino_t", "ino64_t", "nlink_t", "rlim_t",
                "nfds_t", "fsblkcnt_t", "fsfilcnt_t", "pthread_t",
            ],
        };

        internal override void Append(LineBuffer into, ulong bits, string? format) => AppendNumber(into, bits, format, Size, Signed);

        internal override void AppendJson(LineBuffer into, ulong bits)
        {
            if (Signed)
            {
                into.Append((long)bits);
            }
            else
            {
                into.AppendJson(bits);
            }
        }

        internal override object ToObject(ulong bits) => Signed ? (long)bits : NumberOf(bits);
    }
}
