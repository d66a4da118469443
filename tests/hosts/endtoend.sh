#!/bin/bash
# Runs in the virtual machine: the end-to-end tests that the file $chosen names.
# The machine is emulated: what takes milliseconds elsewhere may take seconds here.
cd /test || exit
export DOTNET_ROOT=/test/dotnet DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 HOME=/root
# Compiling more than once costs more than it saves, by far, when instructions are emulated.
export DOTNET_TieredPGO=0 DOTNET_TC_CallCounting=0 DOTNET_gcServer=0
export TRACEAGENT_TEST_DEADLINE=180 TRACEAGENT_TEST_PROGRAMS=/test/programs
echo
echo "# $(uname -r)"
mapfile -t chosen <"$chosen"
dotnet/dotnet repository/tests/TraceAgent.EndToEnd/bin/Debug/net10.0/TraceAgent.EndToEnd.dll "${chosen[@]}" 2>&1
