namespace TraceAgent.Rules;

/// <summary>The files that a rule probes: the <c>binary</c> of a rule, before anything is known of this machine.</summary>
public abstract record Target
{
    private Target()
    {
    }

    /// <summary>The target as people write it.</summary>
    public abstract string Text { get; }

    /// <summary>The message while there is no such file.</summary>
    public abstract string Missing { get; }

    /// <summary>One file.</summary>
    /// <param name="FullPath">Absolute.</param>
    public sealed record Path(string FullPath) : Target
    {
        /// <inheritdoc/>
        public override string Text => FullPath;

        /// <inheritdoc/>
        public override string Missing => $"{FullPath} does not exist";
    }

    /// <summary>Every file whose path matches; <c>*</c> and <c>?</c> stand for any characters but a slash.</summary>
    /// <param name="Pattern">Absolute.</param>
    public sealed record Paths(string Pattern) : Target
    {
        /// <inheritdoc/>
        public override string Text => Pattern;

        /// <inheritdoc/>
        public override string Missing => $"no file matches {Pattern}";
    }

    /// <summary>The file that the dynamic linker would load for this name.</summary>
    /// <param name="Name">The name, without a slash.</param>
    public sealed record Library(string Name) : Target
    {
        /// <inheritdoc/>
        public override string Text => Name;

        /// <inheritdoc/>
        public override string Missing => $"the dynamic linker finds no {Name}";
    }

    /// <summary>A program in a folder of <c>$PATH</c>; <c>libc</c> and the like also the library that programs load.</summary>
    /// <param name="Name">The name, without a slash.</param>
    public sealed record Program(string Name) : Target
    {
        /// <inheritdoc/>
        public override string Text => Name;

        /// <inheritdoc/>
        public override string Missing => $"no folder of $PATH has a program {Name}; a relative path is written ./{Name}";
    }

    /// <summary>A library as the processes of a name have it mapped, in containers too.</summary>
    /// <param name="Name">The name as of <see cref="Process"/>.</param>
    /// <param name="File">The library's name: <c>libssl.so.3</c>, or <c>libssl</c> of any version.</param>
    public sealed record ProcessLibrary(string Name, string File) : Target
    {
        /// <inheritdoc/>
        public override string Text => $"{File} of process {Name}";

        /// <inheritdoc/>
        public override string Missing => $"no process {Name} has {File} mapped";
    }

    /// <summary>The executables of all processes of this name.</summary>
    /// <param name="Name">The name of the thread that began the process, or the last part of the path of its executable.</param>
    public sealed record Process(string Name) : Target
    {
        /// <inheritdoc/>
        public override string Text => $"process {Name}";

        /// <inheritdoc/>
        public override string Missing => $"no process {Name} runs";
    }
}
