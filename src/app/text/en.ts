/**
 * Every word that the app shows, in one place and ready for translation: plain strings, and functions where a
 * sentence holds a value. Sentences that come from other rooms (error messages, the service's reasons) are shown
 * as they come.
 */
import type {
  ChannelPhase,
  ConnectionPhase,
  GapCause,
  HostKind,
  Limitation,
  OutboxState,
} from '../connection/api.ts';

const plural = (n: number, one: string, many: string) => `${n.toLocaleString('en')} ${n === 1 ? one : many}`;

export const text = {
  app: 'Switchboard',
  skip: 'Skip to the events',
  title: (channel: string | null) => (channel === null ? 'Switchboard' : `${channel} · Switchboard`),

  landing: {
    headline: 'Your live channels, on one desk',
    lead: 'Watch AWS AppSync Events as they happen, publish as yourself, and look back at what arrived. Open as many windows as you like: they share one sign-in and one connection.',
    signIn: 'Sign in',
    signInHint: 'You go to your organisation’s sign-in page and come straight back.',
    toChannel: (channel: string) => `After signing in you see ${channel}.`,
    points: [
      {
        title: 'Nothing to keep secret',
        body: 'The session stays on the server. No refresh token ever reaches this browser.',
      },
      {
        title: 'Honest about gaps',
        body: 'If the connection was away, the feed says when and why. Nothing is silently missing.',
      },
      {
        title: 'Works through bad networks',
        body: 'What you write is kept and sent when the network is back.',
      },
    ],
    userSignedOut: 'You are signed out.',
    ended:
      'Your session has ended: you were signed out elsewhere, or it ran out. What you wrote is kept for when you sign in again.',
  },

  loading: {
    headline: 'Opening your desk',
    body: 'Finding out who is signed in.',
    offlineHint: 'This needs the network once. It goes on by itself as soon as the server can be reached.',
  },

  crash: {
    headline: 'Something broke in this window',
    body: 'What arrived and what you wrote is kept on this device. Reloading the page usually helps.',
    reload: 'Reload',
    details: 'What went wrong',
  },

  account: {
    open: (name: string) => `Account: ${name}`,
    title: 'Account',
    theme: 'Theme',
    themes: { system: 'System', light: 'Light', dark: 'Dark' },
    keep: 'Keep my history on this device',
    keepHint: 'If not, signing out deletes the events, drafts and open channels kept here.',
    signOut: 'Sign out',
    signingOut: 'Signing out…',
    signOutFailed: (reason: string) => `Signing out did not work: ${reason}`,
    sessions: 'Where you are signed in',
    install: 'Install the app',
    update: 'Update',
    updateHint: 'A new version is ready. Your drafts are kept.',
  },

  signOutDialog: {
    title: 'Sign out with unsent events?',
    body: (n: number) =>
      `${plural(n, 'event has', 'events have')} not been delivered yet. If you sign out now, ${n === 1 ? 'it is' : 'they are'} not sent.`,
    kept: 'Your history stays on this device, so they wait until you sign in again.',
    confirm: 'Sign out anyway',
    stay: 'Stay',
  },

  channels: {
    title: 'Channels',
    all: 'All channels',
    openLabel: 'Open channel',
    openPlaceholder: 'default/orders',
    open: 'Open',
    none: 'No channel is open.',
    close: (channel: string) => `Close ${channel}`,
    unread: (n: number) => `${n.toLocaleString('en')} new`,
    shortUnread: (n: number) => (n > 999 ? '999+' : String(n)),
    phases: {
      subscribing: 'subscribing',
      live: 'live',
      waiting: 'waiting',
      denied: 'denied',
      failed: 'failed',
    } satisfies Record<ChannelPhase, string>,
  },

  empty: {
    headline: 'Which channel do you want to watch?',
    body: 'A channel is a name such as default/orders. Events that anyone publishes there appear here at once.',
    hints: {
      'default/orders': 'One channel',
      'default/chat': 'Another one',
      'default/*': 'Everything below default',
    } as Record<string, string>,
    open: (channel: string) => `Open ${channel}`,
    steps:
      'Open one, publish something to it from the field below the feed, and see it arrive in every window.',
    badAddress: 'This address names no channel',
  },

  feed: {
    label: (channel: string) => `Events of ${channel}`,
    wildcard: (prefix: string) => `Everything below ${prefix}`,
    loading: 'Reading what is kept on this device…',
    quietTitle: 'Nothing has arrived here yet',
    quiet:
      'You see every event from now on. AppSync Events keeps no history: what was published before is not shown.',
    quietWaiting: 'Events appear as soon as the channel is live.',
    older: 'Show older events',
    olderLoading: 'Reading older events…',
    olderFailed: (reason: string) => `Older events could not be read: ${reason}`,
    jump: (n: number) => (n === 0 ? 'To the newest' : `${n.toLocaleString('en')} new`),
    announce: (n: number, channel: string) => `${plural(n, 'new event', 'new events')} in ${channel}`,
    notJson: 'Not JSON: shown as it came',
    arrived: 'Arrived',
    size: 'Size',
    copy: 'Copy',
    copied: 'Copied',
    copyFailed: 'Copying was not allowed',
    clipped: (size: string) =>
      `Only the beginning is shown here. The event has ${size}; Export holds all of it.`,
    gap: (from: string, to: string, cause: string) =>
      `Not listening ${from}–${to} (${cause}): events may be missing`,
    gapBrief: (at: string, seconds: string, cause: string) =>
      `Not listening for ${seconds} s at ${at} (${cause}): events may be missing`,
    gapOpen: (from: string, cause: string) => `Not listening since ${from} (${cause}): events may be missing`,
    causes: {
      offline: 'device offline',
      'connection-lost': 'connection lost',
      'leader-lost': 'the window that held the connection ended',
      denied: 'channel denied',
      'not-running': 'app not open',
      'not-watched': 'channel not open',
    } satisfies Record<GapCause, string>,
    offline: 'You are offline. What arrived before is here; what you publish is kept and sent later.',
    offlineSession: 'The server cannot be reached. You see what this device remembers.',
    denied: (reason: string | null) =>
      `You may not watch this channel${reason === null ? '.' : `: ${reason}`}`,
    failed: (reason: string | null) =>
      `This channel cannot be watched now${reason === null ? '.' : `: ${reason}`} It is tried again by itself.`,
    export: 'Export',
    exporting: 'Exporting…',
    exportFailed: (reason: string) => `The export stopped: ${reason}`,
    exported: (n: number) => `Exported ${plural(n, 'event', 'events')}`,
  },

  composer: {
    title: 'Publish',
    label: 'Event',
    placeholder: '{ "hello": "world" }',
    target: 'To channel',
    targetNeeded: 'Events go to one channel: complete its name, such as default/orders.',
    publish: 'Publish',
    hint: 'One JSON value is one event. Ctrl+Enter (⌘ Enter) publishes.',
    array: 'A list is published as one event.',
    ready: (size: string) => `Valid JSON, ${size}`,
    empty: 'Write an event first: one JSON value, such as {"hello":"world"} or "hello".',
    notReady: 'The connection is still starting. Your text is kept; try again in a moment.',
    last: 'Last event',
    lastHint: 'Put the event you published last back into the field',
    row: {
      queued: 'Queued',
      sending: 'Sending…',
      ambiguous: 'Waiting for the answer',
      delivered: 'Delivered',
      refused: 'Refused',
    } satisfies Record<OutboxState, string>,
    more: (n: number) => `and ${n} more`,
    retry: 'Retry',
    discard: 'Discard',
    show: 'Show all',
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

  status: {
    phases: {
      connecting: 'Connecting',
      live: 'Live',
      reconnecting: 'Reconnecting',
      offline: 'Offline',
      'signed-out': 'Signed out',
    } satisfies Record<ConnectionPhase, string>,
    unknownUser: 'finding out who is signed in',
    retryIn: (seconds: number) => (seconds <= 0 ? 'Trying now' : `Next try in ${seconds} s`),
    retryNow: 'Retry now',
    details: 'Connection details',
    detailsShort: 'Details',
    shared: (tabs: number) => (tabs === 1 ? 'One window' : `${tabs} windows, one connection`),
  },

  panel: {
    title: 'Connection',
    close: 'Close connection details',
    state: 'State',
    reason: 'Reason',
    leader: 'Who holds the connection',
    hosts: {
      'shared-worker': 'A worker shared by all windows',
      'elected-tab': 'One window for all',
      'own-tab': 'Each window its own',
    } satisfies Record<HostKind, string>,
    host: 'Held by',
    led: 'Led by',
    leadsHere: 'This window',
    leadsOther: 'Another window',
    leadsWorker: 'The worker',
    leadsNobody: 'Nobody yet',
    becomeLeader: 'Lead from this window',
    leaderId: 'Leader',
    epoch: 'Epoch',
    sockets: 'Sockets',
    tabs: 'Windows',
    reconnects: 'Reconnects',
    lastHeard: 'Last heard',
    ago: (duration: string) => `${duration} ago`,
    never: 'Not yet',
    token: 'Access token',
    tokenLeft: 'Life left',
    tokenOver: 'Over: a new one is fetched when it is needed',
    tokenNone: 'None yet',
    tokensUsed: 'Tokens used',
    channels: 'Channels',
    noChannels: 'No channel is wanted now.',
    outbox: 'Outbox',
    outboxEmpty: 'Everything you published was delivered.',
    limitations: 'What this browser lacks',
    limits: {
      'no-service-worker':
        'No service worker answers yet: every window asks the server for its own token, and the app does not start offline.',
      'no-shared-worker':
        'No shared worker: one window holds the connection for all, and hands over when it closes.',
      'no-web-locks': 'No Web Locks: windows cannot share, so each has a connection of its own.',
      'no-history': 'No storage for events: what arrives is gone after a reload.',
      'storage-full': 'The storage for events is full: older events are removed, or new ones are not kept.',
    } satisfies Record<Limitation, string>,
    local: 'Try to break it',
    localBody: 'You are connected to the stand-ins on this machine. These switches make them fail.',
    drop: 'Drop all sockets',
    refuse: 'Refuse connections',
    silent: 'Go silent',
    expire: 'Expire all tokens',
    done: 'Done',
    localFailed: (reason: string) => `The stand-ins did not take it: ${reason}`,
  },

  duration: {
    seconds: (s: number) => `${s} s`,
    minutes: (m: number, s: number) => `${m} min ${String(s).padStart(2, '0')} s`,
    hours: (h: number, m: number) => `${h} h ${String(m).padStart(2, '0')} min`,
  },
  bytes: {
    b: (n: number) => `${n} B`,
    kb: (n: string) => `${n} KB`,
    mb: (n: string) => `${n} MB`,
  },
} as const;
