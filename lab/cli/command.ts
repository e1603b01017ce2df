// What every command file exports: `build`, a commander Command. Command files import nothing heavy
// at the top (the work is imported inside the action), so that `iolab --help` answers at once.
import type { Command } from 'commander';

export interface CommandFile {
  build(): Command;
}
