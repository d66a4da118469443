using System.Runtime.Versioning;

// Probes are global to the machine: two tests at a time would slow and confuse each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: SupportedOSPlatform("linux")]
