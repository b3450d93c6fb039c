import type { Command } from 'commander';

/** A command's file exports this: it adds options and the action to an empty command. */
export type Define = (command: Command) => void;
