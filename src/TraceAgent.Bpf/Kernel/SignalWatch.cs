using TraceAgent.Bpf.Code;

namespace TraceAgent.Bpf.Kernel;

/// <summary>Keeps <see cref="FatalSignalCode"/> attached, which writes into the ring of the <see cref="ProcessTracker"/>.</summary>
internal sealed class SignalWatch : IDisposable
{
    private readonly BpfProgram _program;
    private readonly BpfHandle _link;

    private SignalWatch(BpfProgram program, BpfHandle link) => (_program, _link) = (program, link);

    /// <param name="ring">Of notices.</param>
    /// <param name="variables">Whose first word counts those that had no room.</param>
    /// <exception cref="KernelException">Not permitted, or not to be had.</exception>
    public static SignalWatch Start(int ring, int variables)
    {
        var fields = ReadFields();
        var program = Load(ring, variables, fields);
        var fd = LibBpf.RawTracepointOpen("signal_generate", program.Fd);
        if (fd < 0)
        {
            program.Dispose();
            throw new KernelException("attach to", "the tracepoint signal_generate", -fd, Privileges.RemedyFor(-fd));
        }

        return new SignalWatch(program, new BpfHandle(fd));
    }

    public void Dispose()
    {
        _link.Dispose();
        _program.Dispose();
    }

    private static BpfProgram Load(int ring, int variables, SignalFields fields)
    {
        try
        {
            return BpfProgram.LoadRawTracepoint(FatalSignalCode.Make(ring, variables, fields), "ta_signal");
        }
        catch (KernelException) when (fields.FileIterator is not null)
        {
            return BpfProgram.LoadRawTracepoint(FatalSignalCode.Make(ring, variables, fields with { FileIterator = null }), "ta_signal");
        }
    }

    private static SignalFields ReadFields()
    {
        const string forNew = "bpf_iter_task_vma_new";
        const string forNext = "bpf_iter_task_vma_next";
        const string forDestroy = "bpf_iter_task_vma_destroy";
        HashSet<string> names =
        [
            "task_struct", "utask", "group_leader", "start_time", "sighand", "mm", "sighand_struct", "action", "k_sigaction", "sa", "sigaction", "sa_handler",
            "mm_struct", "exe_file", "file", "f_inode", "inode", "i_ino", "i_sb", "super_block", "s_dev", "vm_area_struct", "vm_flags", "vm_file",
            "kernel_siginfo", "si_code", forNew, forNext, forDestroy,
        ];
        try
        {
            using var kernel = KernelTypes.Read(names);
            var fields = new KernelFields(kernel);
            return new SignalFields
            {
                FileIterator = (fields.Function(forNew), fields.Function(forNext), fields.Function(forDestroy)) is ({ } @new, { } next, { } destroy)
                    ? new FileIterator(@new, next, destroy)
                    : null,
                SignalCode = fields.Require("kernel_siginfo", "si_code"),
                UprobeTask = fields.Require("task_struct", "utask"),
                GroupLeader = fields.Require("task_struct", "group_leader"),
                StartTime = fields.Require("task_struct", "start_time"),
                AddressSpace = fields.Require("task_struct", "mm"),
                SignalHandlers = fields.Require("task_struct", "sighand"),
                FirstHandler = fields.Require("sighand_struct", "action") + fields.Require("k_sigaction", "sa") + fields.Require("sigaction", "sa_handler"),
                ActionSize = fields.SizeOf("k_sigaction"),
                ExecutableFile = fields.Require("mm_struct", "exe_file"),
                Inode = fields.Require("file", "f_inode"),
                InodeNumber = fields.Require("inode", "i_ino"),
                FileSystem = fields.Require("inode", "i_sb"),
                Device = fields.Require("super_block", "s_dev"),
                MappingFlags = fields.Require("vm_area_struct", "vm_flags"),
                MappedFile = fields.Require("vm_area_struct", "vm_file"),
            };
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new KernelException("read", $"the kernel's types ({problem.Message})", KernelException.Enoent, "needs CONFIG_DEBUG_INFO_BTF");
        }
    }
}
