#!/bin/bash
# Runs in the virtual machine: a kernel that is too old is refused by name.
cd /test || exit
echo
echo "# $(uname -r)"
chmod 755 traceagent
echo 'rules: []' >none.yaml
./traceagent run --rules none.yaml --output - 2>refusal
status=$?
sed 's/^/# /' refusal
if [[ $status == 77 ]] && grep -q '^traceagent: .*kernel 5.10.* lacks attach cookies; needs 5.15 or newer' refusal && [[ $(wc -l <refusal) == 1 ]]; then
    echo "ok the agent ends with 77 and says which kernel it needs"
else
    echo "not ok the agent ends with 77 and says which kernel it needs: it ended with $status"
fi
echo "the end of 1 checks"
