/** English of watch rules and launches: loaded with them. */
import { en } from './en.ts';

const { format } = en;
const events = (n: number) => format.plural(n, { one: 'event', other: 'events' });

export const attendantsEn = {
  rules: {
    title: 'Watch rules',
    open: (waiting: number) =>
      waiting === 0 ? 'Watch rules' : `Watch rules, ${format.number(waiting)} waiting`,
    close: 'Close',
    lead: 'A rule counts what you have not seen on the app’s icon and tells you of it, also while this window is in the background. Pinned channels count too.',
    none: 'There is no rule yet.',
    add: 'Add a rule',
    name: 'Name',
    namePlaceholder: 'Failed payments',
    channel: 'Channel',
    kind: 'Kind of filter',
    filter: 'Filter',
    filterHint: 'Empty: every event of the channel.',
    save: 'Add rule',
    nameNeeded: 'Give the rule a name.',
    on: (name: string) => `Watch for ${name}`,
    quiet: 'Count only',
    quietLabel: (name: string) => `${name}: count only, no notification`,
    test: 'Test',
    testLabel: (name: string) => `Test ${name}`,
    show: 'Show',
    showLabel: (name: string) => `Show the newest event of ${name}`,
    remove: (name: string) => `Remove the rule ${name}`,
    everything: 'every event',
    waiting: (n: number) => `${format.number(n)} not seen`,
    tested: (found: number, of: number) =>
      of === 0
        ? 'Nothing of this channel is kept on this device yet.'
        : `It finds ${format.number(found)} of the last ${events(of)} kept here.`,
    testFailed: 'This filter could not be applied: it takes too long, or the kept events could not be read.',
    sample: 'This is how it will look.',
    tooSlow: 'Stopped: its expression takes too long on an event. Make it simpler.',
    failed: 'Stopped: its filter could not run.',
    permission: {
      ask: 'Notifications are off. Your browser asks you once; you can take it back in its settings.',
      allow: 'Allow notifications',
      granted: 'Notifications are on.',
      denied:
        'You refused notifications for this address. Only you can change it: open the site settings in the address bar or the app’s menu, and allow notifications. Rules count on the icon meanwhile.',
      unsupported: 'This browser shows no notifications. Rules count on the icon where it can.',
    },
    notice: (name: string, channel: string) => `${name} · ${channel}`,
    more: (n: number, newest: string) => `${events(n)}. The newest: ${newest}`,
  },
  launch: {
    badLink: (reason: string) => `That link opens no channel. ${reason}`,
    otherLink: 'That link is not one of Switchboard: web+switchboard:default/orders opens a channel.',
    dismiss: 'Dismiss',
    sharedWaits: 'Open a channel: the text that was shared goes into its field.',
    sharedDone: (channel: string) => `The shared text is in the field of ${channel}.`,
    sharedTitle: 'Where should the shared text go?',
    sharedBody: (channel: string) => `You are writing an event to ${channel} already.`,
    replace: 'Replace what I wrote',
    append: 'Put it below',
    drop: 'Drop the shared text',
  },
};

export type AttendantsText = typeof attendantsEn;
