import type { Command } from 'commander';

/** Asks for required options after unknown ones are refused: who misspells an option lacks the one that was meant. */
export function askForRequiredLast(command: Command): void {
  for (const one of command.commands) askForRequiredLast(one);
  const required = command.options.filter(({ mandatory }) => mandatory);
  for (const option of required) option.makeOptionMandatory(false);
  command.hook('preAction', (_, action) => {
    const lacking = required.find((option) => action.getOptionValue(option.attributeName()) === undefined);
    if (action !== command || lacking === undefined) return;
    command.error(`error: required option '${lacking.flags}' not specified`, {
      code: 'commander.missingMandatoryOptionValue',
    });
  });
}
