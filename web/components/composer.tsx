// Where a message is written. Enter sends it, Shift+Enter breaks the line, and a text that is too long stays.
import { type KeyboardEvent, type ReactNode, type Ref, useEffect, useId, useImperativeHandle, useRef, useState } from 'react';
import { lengthProblem, sendable } from '../lib/content.ts';
import { Alert } from './alert.tsx';
import { SendIcon } from './icons.tsx';

export interface ComposerHandle {
  focus(): void;
}

interface ComposerProps {
  readonly ref: Ref<ComposerHandle>;
  /** Who reads what is written, in words. */
  readonly to: string;
  readonly initialText: string;
  readonly onWrite: (text: string) => void;
  readonly onSend: (text: string) => void;
  readonly problem: string | undefined;
  readonly onDismiss: () => void;
}

export function Composer({ ref, to, initialText, onWrite, onSend, problem, onDismiss }: ComposerProps): ReactNode {
  const [text, setText] = useState(initialText);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const tooLong = lengthProblem(text);
  const canSend = sendable(text) !== '' && tooLong === undefined;

  useImperativeHandle(ref, () => ({ focus: () => { field.current?.focus(); } }), []);
  // On a touch screen the focus would bring up a keyboard nobody asked for.
  useEffect(() => { if (window.matchMedia('(pointer: fine)').matches) field.current?.focus(); }, []);

  const write = (written: string): void => {
    setText(written);
    onWrite(written);
  };
  const send = (): void => {
    field.current?.focus();
    if (!canSend) return;
    onSend(sendable(text));
    write('');
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    // While an input method composes, Enter chooses a word. Safari has no other way to say so than the old code.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const isComposing = event.nativeEvent.isComposing || event.keyCode === 229;
    if (event.key !== 'Enter' || event.shiftKey || isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form className="composer" aria-label="Write a message" onSubmit={(event) => { event.preventDefault(); send(); }}>
      {tooLong !== undefined ? <Alert>{tooLong}</Alert> : problem !== undefined && <Alert onDismiss={onDismiss}>{problem}</Alert>}
      <div className="composer-box">
        <label className="visually-hidden" htmlFor={`${id}text`}>Message to {to}</label>
        {/* The copy behind the field gives it its height: a style attribute is not allowed to. */}
        <div className="composer-field" data-copy={text}>
          <textarea
            id={`${id}text`}
            ref={field}
            rows={1}
            value={text}
            placeholder={`Write to ${to}`}
            enterKeyHint="send"
            data-testid="composer"
            aria-describedby={`${id}hint`}
            aria-invalid={tooLong !== undefined}
            onChange={(event) => { write(event.target.value); }}
            onKeyDown={onKeyDown}
          />
        </div>
        <button type="submit" className="button button-primary composer-send" data-testid="send" aria-disabled={!canSend}>
          <SendIcon /><span className="composer-send-word">Send</span>
        </button>
      </div>
      <p className="composer-hint" id={`${id}hint`}><kbd>Enter</kbd> sends, <kbd>Shift</kbd> + <kbd>Enter</kbd> starts a new line</p>
    </form>
  );
}
