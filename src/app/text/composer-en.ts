/**
 * English for the parts of the composer that load when somebody writes. A catalogue of its own, so that its words are
 * not in the first load; it is also the measure of what `composer-zh.ts` must have.
 */
import type { Format } from './format.ts';

export function composerEn({ plural, number }: Format) {
  const events = (n: number) => plural(n, { one: 'event', other: 'events' });
  return {
    ready: (size: string) => `Valid JSON, ${size}`,
    array: 'A list is published as one event.',
    empty: 'Write an event first: one JSON value, such as {"hello":"world"} or "hello".',
    notReady: 'The connection is still starting. Your text is kept; try again in a moment.',
    targetNeeded: 'Events go to one channel: complete its name, such as default/orders.',
    goToError: 'Go to the error',
    format: 'Format',
    becomes: (result: string) => `Sent as ${result}`,
    each: (n: number) => `Send as ${events(n)}`,
    eachStopped: (sent: number, all: number, reason: string) =>
      `Stopped after ${number(sent)} of ${events(all)}, which are in the outbox: ${reason}`,
    eachMistake: (at: number, reason: string) => `Event ${number(at)} of the list: ${reason}`,
    tooLarge: (size: string) => `It has ${size}; AppSync Events takes at most 240 KB.`,
    confirmTitle: (n: number) => `Send ${events(n)}?`,
    confirmBody: (n: number, channel: string) =>
      `Each entry of the list becomes an event of its own: ${events(n)} to ${channel}, in order.`,
    confirmGo: 'Send all',
    cancel: 'Cancel',
    close: 'Close',
    tally: (all: number, delivered: number, refused: number, waiting: number) =>
      [
        `${events(all)}: ${number(delivered)} delivered`,
        ...(refused > 0 ? [`${number(refused)} refused`] : []),
        ...(waiting > 0 ? [`${number(waiting)} waiting`] : []),
      ].join(', '),
    storageFull: 'It could not be kept: the browser gives no more space here.',

    templates: 'Templates',
    templatesNone: 'Nothing is kept yet. Write an event and save it under a name.',
    templateName: 'Name of the template',
    templateSave: 'Save what is written as a template',
    templateGo: 'Save',
    templateEmpty: 'Write an event before you save it as a template.',
    templateNameEmpty: 'Give the template a name.',
    templateMany: (n: number) => `${number(n)} templates are kept at most. Delete one first.`,
    templateSaved: (name: string) => `Saved the template ${name}`,
    insert: 'Insert',
    insertNamed: (name: string) => `Insert ${name}`,
    rename: 'Rename',
    renameNamed: (name: string) => `Rename ${name}`,
    newName: (name: string) => `New name of ${name}`,
    delete: 'Delete',
    deleteNamed: (name: string) => `Delete ${name}`,
    deleted: (name: string) => `Deleted the template ${name}`,
    variables:
      'Variables: {{now}}, {{uuid}}, {{counter}}, {{random}} and {{pick:a|b}} are filled in when it is sent.',

    history: 'History',
    historyTitle: 'What you sent',
    historyNone: 'Nothing was sent from this device yet.',
    historyNoMatch: 'Nothing that you sent matches.',
    historySearch: 'Find in what you sent',
    historyEvents: (n: number) => events(n),
    historyKept: (n: number) => `The last ${number(n)} are kept here, as far as there is space.`,
    again: 'Send again',
    edit: 'Edit',
    editAt: (at: string) => `Edit what was sent at ${at}`,
    againAt: (at: string) => `Send again what was sent at ${at}`,
    sentAgain: (n: number, channel: string) => `Queued ${events(n)} for ${channel}`,
    forget: 'Forget all',
    forgotten: 'What you sent is forgotten',

    variable: {
      unknown: (name: string) =>
        `there is no variable {{${name}}}; to send these very characters, write \\u007b for a {`,
      pick: 'this needs choices, such as {{pick:a|b}}',
    },

    json: {
      at: (line: number, column: number, message: string) => `Line ${line}, column ${column}: ${message}`,
      value: 'a JSON value is expected here',
      quotes: 'text needs double quotes',
      name: 'a property name in double quotes is expected here',
      trailing: 'there is a comma too many before this',
      colon: 'a colon is expected after the property name',
      commaOrBrace: 'a comma or } is expected here',
      commaOrBracket: 'a comma or ] is expected here',
      after: 'the JSON value has ended before this; one event is one value',
      openString: 'this text has no closing quote',
      control: 'line breaks and control characters inside text are written as \\n, \\t or \\u0000',
      escape: 'this is not a valid escape; a backslash is written as \\\\',
      number: 'this is not a valid JSON number',
      word: 'only true, false and null are words of JSON',
      openObject: 'the object that begins here is not closed with }',
      openArray: 'the list that begins here is not closed with ]',
      unknown: 'this is not JSON',
    },
  };
}

export type ComposerText = ReturnType<typeof composerEn>;
