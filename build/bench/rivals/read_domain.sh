#!/bin/bash
# Reads the guest's name and its memory from the domain, as shell hooks do, in one sed.
set -e
fields=$(sed -n 's:^ *<name>\(.*\)</name>.*:\1:p; s:^ *<memory [^>]*>\([0-9]*\)<.*:\1:p')
[[ ${fields%%$'\n'*} == "$1" && ${fields##*$'\n'} -gt 0 ]]
