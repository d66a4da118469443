using Iced.Intel;
using TraceAgent.Symbols.Binaries;
using TraceAgent.Symbols.Lookup;
using Architecture = TraceAgent.Capture.Plans.Architecture;

namespace TraceAgent.Symbols.Restartable;

/// <summary>
/// Code that the kernel starts again when the thread is interrupted in it (rseq(2)). While a hit is stepped over, the thread runs
/// elsewhere, and the kernel takes it to have left the sequence: another thread's update is then overwritten. So no place from
/// the instruction that announces the sequence to its end can be probed.
/// </summary>
internal sealed class RestartableSequences
{
    /// <summary>The maximum number of bytes in front of a sequence that are searched for what announces it.</summary>
    private const int MaxBefore = 512;

    /// <summary>
    /// The number of bytes in front of a sequence that are not probed where the function is not known, since its instructions
    /// cannot be told apart.
    /// </summary>
    private const int MaxBytesBefore = 16;

    private readonly ElfImage _image;
    private readonly List<(ulong Start, ulong End)> _ranges = [];

    /// <exception cref="IOException">The operating system could not read.</exception>
    public RestartableSequences(ElfImage image)
    {
        _image = image;
        var descriptors = RestartableDescriptors.Of(image);
        foreach (var descriptor in descriptors)
        {
            _ranges.Add((AnnouncedAt(descriptor), descriptor.Start + descriptor.Length));
        }

        foreach (var abort in AbortSignatures.Of(image).Except(descriptors.Select(descriptor => descriptor.Abort)))
        {
            AddOwners(abort);
        }

        _ranges.Sort();
        Merge();
    }

    public bool Holds(ulong address)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = _ranges[middle].End <= address ? (middle + 1, high) : (low, middle);
        }

        return low < _ranges.Count && address >= _ranges[low].Start;
    }

    private FunctionRange? FunctionAt(ulong address) => _image.Functions.At(address) ?? _image.Unwind.At(address);

    /// <summary>
    /// The address of the instruction that stores the descriptor's address for the kernel: it and all after it run with the
    /// sequence announced, and a thread that is seen elsewhere then loses it.
    /// </summary>
    private ulong AnnouncedAt(RestartableDescriptor descriptor)
    {
        var earliest = descriptor.Start - Math.Min(descriptor.Start, MaxBytesBefore);
        var function = FunctionAt(descriptor.Start);
        if (function is null || _image.Architecture.ElfMachine != Architecture.X64.ElfMachine || descriptor.Start == function.Start)
        {
            return function is null ? earliest : Math.Max(earliest, function.Start);
        }

        // Decoding begins at the function's start, because only there is the start of an instruction certain.
        if (_image.FileOffsetOf(function.Start) is not { } offset
            || _image.File.ReadOrNull(offset, descriptor.Start - function.Start, 1 << 20) is not { } code)
        {
            return earliest;
        }

        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code));
        decoder.IP = function.Start;
        var (announced, referred, last) = (0UL, false, function.Start);
        while (decoder.IP < descriptor.Start)
        {
            decoder.Decode(out var instruction);
            if (instruction.IsInvalid)
            {
                return earliest;
            }

            last = instruction.IP;
            referred |= descriptor.Start - last <= MaxBefore && RefersTo(instruction, descriptor.Address);
            if (referred && announced == 0 && instruction.Op0Kind == OpKind.Memory
                && instruction.OpCount > 1 && instruction.Mnemonic == Mnemonic.Mov)
            {
                announced = last;
            }
        }

        return announced == 0 ? last : announced;
    }

    private static bool RefersTo(in Instruction instruction, ulong address)
    {
        if (instruction.IsIPRelativeMemoryOperand && instruction.IPRelativeMemoryAddress == address)
        {
            return true;
        }

        for (var operand = 0; operand < instruction.OpCount; operand++)
        {
            if (instruction.GetOpKind(operand) is OpKind.Immediate32 or OpKind.Immediate64 or OpKind.Immediate32to64
                && instruction.GetImmediate(operand) == address)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Adds the functions of an abort handler that no descriptor of the file names: the descriptor is made while the program
    /// runs. Its sequence is somewhere in the function that holds the handler, or that the handler goes back to.
    /// </summary>
    private void AddOwners(ulong abort)
    {
        Add(FunctionAt(abort));
        const int handlerBytes = 64;
        if (_image.FileOffsetOf(abort) is not { } offset || _image.File.ReadOrNull(offset, handlerBytes, handlerBytes) is not { } code)
        {
            return;
        }

        var decoder = Decoder.Create(64, new ByteArrayCodeReader(code));
        decoder.IP = abort;
        while (decoder.IP < abort + handlerBytes)
        {
            decoder.Decode(out var instruction);
            if (instruction.IsInvalid || instruction.FlowControl is not (FlowControl.Next or FlowControl.UnconditionalBranch))
            {
                return;
            }

            if (instruction.FlowControl == FlowControl.UnconditionalBranch)
            {
                Add(FunctionAt(instruction.NearBranchTarget));
                return;
            }
        }

        void Add(FunctionRange? function)
        {
            if (function is not null)
            {
                _ranges.Add((function.Start, function.End));
            }
        }
    }

    private void Merge()
    {
        var last = 0;
        for (var i = 1; i < _ranges.Count; i++)
        {
            if (_ranges[i].Start <= _ranges[last].End)
            {
                _ranges[last] = (_ranges[last].Start, Math.Max(_ranges[last].End, _ranges[i].End));
            }
            else
            {
                _ranges[++last] = _ranges[i];
            }
        }

        if (_ranges.Count > 0)
        {
            _ranges.RemoveRange(last + 1, _ranges.Count - last - 1);
        }
    }
}
