#!/usr/bin/python3
# Reads the guest's name and its memory from the domain, as Python hooks do.
import sys
import xml.etree.ElementTree as ElementTree

domain = ElementTree.parse(sys.stdin).getroot()
name = domain.findtext("name")
memory = int(domain.findtext("memory"))
sys.exit(0 if name == sys.argv[1] and memory > 0 else 1)
