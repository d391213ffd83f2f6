/** Templates: insert, rename, delete, and save what is written as one. */
import { type FormEvent, useId, useRef, useState } from 'react';
import { SheetDialog } from '../design/sheet-dialog.tsx';
import { useDesk } from '../desk/desk-context.ts';
import { type Kept, MAX_TEMPLATES, type Template } from './kept.ts';
import { useComposerText } from './use-composer-text.ts';

/** Longer names would only be cut off. UTF-16 units. */
const MAX_NAME_CHARS = 60;

interface TemplatesDialogProps {
  kept: Kept;
  /** What is written now. */
  source: string;
  onInsert(source: string): void;
  onClose(): void;
}

export function TemplatesDialog({ kept, source, onInsert, onClose }: TemplatesDialogProps) {
  const text = useComposerText();
  const { announce } = useDesk();
  const nameField = useRef<HTMLInputElement>(null);
  const [templates, setTemplates] = useState(() => kept.templates());
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();

  const change = (next: (now: readonly Template[]) => readonly Template[], done: string | null) => {
    const stored = kept.setTemplates(next);
    setProblem(stored ? null : text.storageFull);
    setTemplates(kept.templates());
    if (stored && done !== null) announce(done);
    return stored;
  };

  const save = (event: FormEvent) => {
    event.preventDefault();
    const given = name.trim();
    if (source.trim() === '') setProblem(text.templateEmpty);
    else if (given === '') setProblem(text.templateNameEmpty);
    else if (templates.length >= MAX_TEMPLATES && !templates.some((one) => one.name === given)) {
      setProblem(text.templateMany(MAX_TEMPLATES));
    } else if (change((now) => withTemplate(now, given, source), text.templateSaved(given))) setName('');
    nameField.current?.focus();
  };

  return (
    <SheetDialog className="kept-dialog" title={text.templates} onClose={onClose}>
      {(close) => (
        <>
          {templates.length === 0 && <p className="hint">{text.templatesNone}</p>}
          <ul className="kept-list">
            {templates.map((template) => (
              <TemplateItem
                key={template.id}
                template={template}
                onInsert={() => {
                  close();
                  onInsert(template.source);
                }}
                onRename={(given) =>
                  change(
                    (now) => now.map((one) => (one.id === template.id ? { ...one, name: given } : one)),
                    null,
                  )
                }
                onDelete={() => {
                  change((now) => now.filter((one) => one.id !== template.id), text.deleted(template.name));
                  nameField.current?.focus();
                }}
              />
            ))}
          </ul>
          <form onSubmit={save} noValidate>
            <label className="field">
              <span>{text.templateSave}</span>
              <span className="field-row">
                <input
                  ref={nameField}
                  className="input"
                  type="text"
                  aria-label={text.templateName}
                  placeholder={text.templateName}
                  value={name}
                  maxLength={MAX_NAME_CHARS}
                  autoComplete="off"
                  aria-invalid={problem !== null}
                  aria-describedby={problem === null ? undefined : `${id}-problem`}
                  onChange={(event) => {
                    setName(event.currentTarget.value);
                    setProblem(null);
                  }}
                />
                <button type="submit" className="button">
                  {text.templateGo}
                </button>
              </span>
            </label>
            {problem !== null && (
              <p className="field-error" id={`${id}-problem`} role="alert">
                {problem}
              </p>
            )}
          </form>
          <p className="hint kept-hint">{text.variables}</p>
        </>
      )}
    </SheetDialog>
  );
}

/** A template of the same name is replaced in its place. */
function withTemplate(now: readonly Template[], name: string, source: string): readonly Template[] {
  const at = now.findIndex((one) => one.name === name);
  const before = now[at];
  return before === undefined
    ? [...now, { id: crypto.randomUUID(), name, source }]
    : now.with(at, { ...before, source });
}

interface TemplateItemProps {
  template: Template;
  onInsert(): void;
  onRename(name: string): void;
  onDelete(): void;
}

function TemplateItem({ template, onInsert, onRename, onDelete }: TemplateItemProps) {
  const text = useComposerText();
  const [renaming, setRenaming] = useState(false);
  const [name, setName] = useState(template.name);
  const renameButton = useRef<HTMLButtonElement>(null);
  const done = (keep: boolean) => {
    const given = name.trim();
    if (keep && given !== '') onRename(given);
    else setName(template.name);
    setRenaming(false);
    requestAnimationFrame(() => renameButton.current?.focus());
  };
  return (
    <li className="kept-item">
      {renaming ? (
        <input
          className="input"
          type="text"
          aria-label={text.newName(template.name)}
          value={name}
          maxLength={MAX_NAME_CHARS}
          autoComplete="off"
          // biome-ignore lint/a11y/noAutofocus: it stands where the pressed button was; the focus goes on in it.
          autoFocus
          onChange={(event) => setName(event.currentTarget.value)}
          onBlur={() => done(true)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'Escape') return;
            event.preventDefault();
            event.stopPropagation();
            done(event.key === 'Enter');
          }}
        />
      ) : (
        <>
          <span className="kept-name">{template.name}</span>
          <code className="kept-source">{template.source.slice(0, 200)}</code>
          <span className="row-actions">
            <button
              type="button"
              className="button button-small"
              aria-label={text.insertNamed(template.name)}
              onClick={onInsert}
            >
              {text.insert}
            </button>
            <button
              type="button"
              ref={renameButton}
              className="button button-small"
              aria-label={text.renameNamed(template.name)}
              onClick={() => setRenaming(true)}
            >
              {text.rename}
            </button>
            <button
              type="button"
              className="button button-small"
              aria-label={text.deleteNamed(template.name)}
              onClick={onDelete}
            >
              {text.delete}
            </button>
          </span>
        </>
      )}
    </li>
  );
}
