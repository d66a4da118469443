using TraceAgent.Bpf.Btf;
using TraceAgent.Bpf.Compiler;
using TraceAgent.Bpf.Interop;
using TraceAgent.Bpf.Programs;
using TraceAgent.Linux;

namespace TraceAgent.Bpf.Notices;

/// <summary>Keeps <see cref="FatalSignalCode"/> attached, which writes into the ring of the <see cref="ProcessTracker"/>.</summary>
internal sealed class SignalWatch : IDisposable
{
    private readonly List<BpfHandle> _handles = [];

    private SignalWatch()
    {
    }

    /// <param name="ring">The ring of notices.</param>
    /// <param name="variables">The variables, of which the first word counts notices that found the ring full.</param>
    /// <exception cref="KernelException">Not permitted, or not to be had.</exception>
    public static SignalWatch Start(int ring, int variables)
    {
        var fields = ReadFields();
        var watch = new SignalWatch();
        try
        {
            watch.Attach(
                "signal_generate",
                files => FatalSignalCode.Make(ring, variables, fields with { FileIterator = files }, atEnd: false),
                fields.FileIterator);
            watch.Attach(
                "sched_process_exit",
                files => FatalSignalCode.Make(ring, variables, fields with { FileIterator = files }, atEnd: true),
                fields.FileIterator);
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        // In reverse order: links before their programs.
        _handles.Reverse();
        _handles.ForEach(handle => handle.Dispose());
        _handles.Clear();
    }

    private void Attach(string tracepoint, Func<FileIterator?, ProbeProgram> programWith, FileIterator? files)
    {
        var program = Load(programWith, files);
        _handles.Add(program);
        var fd = LibBpf.RawTracepointOpen(tracepoint, program.Fd);
        _handles.Add(fd >= 0
            ? new BpfHandle(fd)
            : throw new KernelException("attach to", $"the tracepoint {tracepoint}", -fd, Privileges.RemedyFor(-fd)));
    }

    private static BpfProgram Load(Func<FileIterator?, ProbeProgram> programWith, FileIterator? files)
    {
        try
        {
            return BpfProgram.LoadRawTracepoint(programWith(files), "ta_signal");
        }
        catch (KernelException) when (files is not null)
        {
            return BpfProgram.LoadRawTracepoint(programWith(null), "ta_signal");
        }
    }

    private static SignalFields ReadFields() =>
        KernelFields.Read("needs CONFIG_DEBUG_INFO_BTF", fields => new SignalFields
        {
            FileIterator = (fields.Function("bpf_iter_task_vma_new"),
                    fields.Function("bpf_iter_task_vma_next"),
                    fields.Function("bpf_iter_task_vma_destroy")) is ({ } @new, { } next, { } destroy)
                ? new FileIterator(@new, next, destroy)
                : null,
            SignalCode = fields.Require("kernel_siginfo", "si_code"),
            ExitStatus = fields.Require("task_struct", "exit_code"),
            UprobeTask = fields.Require("task_struct", "utask"),
            GroupLeader = fields.Require("task_struct", "group_leader"),
            StartTime = fields.Require("task_struct", "start_time"),
            AddressSpace = fields.Require("task_struct", "mm"),
            SignalHandlers = fields.Require("task_struct", "sighand"),
            FirstHandler = fields.Require("sighand_struct", "action")
                + fields.Require("k_sigaction", "sa")
                + fields.Require("sigaction", "sa_handler"),
            ActionSize = fields.SizeOf("k_sigaction"),
            ExecutableFile = fields.Require("mm_struct", "exe_file"),
            Inode = fields.Require("file", "f_inode"),
            InodeNumber = fields.Require("inode", "i_ino"),
            FileSystem = fields.Require("inode", "i_sb"),
            Device = fields.Require("super_block", "s_dev"),
            MappingFlags = fields.Require("vm_area_struct", "vm_flags"),
            MappedFile = fields.Require("vm_area_struct", "vm_file"),
        });
}
