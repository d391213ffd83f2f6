/** What the composer loads when somebody is about to write: one entrance, so that it is one file. */
export { ComposerDialogs } from './composer-dialogs.tsx';
export { ComposerTools } from './composer-tools.tsx';
export { breakLine } from './edit-text.ts';
export { createKept } from './kept.ts';
export { publishDraft } from './publish-draft.ts';
export { composerTextFor } from './use-composer-text.ts';
