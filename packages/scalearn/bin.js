#!/usr/bin/env node
import '@scalearn/cli/bin';
