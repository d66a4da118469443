#!/bin/bash
# Runs in the virtual machine: the end-to-end tests that FILTER (in the file filter) selects.
# The machine is emulated: what takes milliseconds elsewhere may take seconds here.
cd /test
export DOTNET_ROOT=/opt/dotnet DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 HOME=/root
# Compiling more than once costs more than it saves, by far, when instructions are emulated.
export DOTNET_TieredPGO=0 DOTNET_gcServer=0
export VSTEST_CONNECTION_TIMEOUT=600 TRACEAGENT_TEST_DEADLINE=120
echo
echo "# $(uname -r)"
mkdir -p /opt/dotnet
tar --extract --file dotnet.tar --directory /opt/dotnet
tar --extract --file repository.tar
rm -f *.tar
"$DOTNET_ROOT/dotnet" "$DOTNET_ROOT"/sdk/*/vstest.console.dll tests/TraceAgent.EndToEnd/bin/Debug/net10.0/TraceAgent.EndToEnd.dll \
    --TestCaseFilter:"$(<filter)" --logger:"console;verbosity=normal" 2>&1
echo "the end"
