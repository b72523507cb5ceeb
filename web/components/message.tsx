// One message, and what became of it if it was written here. Its content is text, and only ever rendered as text.
import { memo, type ReactNode } from 'react';
import { shownAs } from '../lib/content.ts';
import { fateOf, type Item } from '../lib/timeline.ts';

interface MessageProps {
  readonly item: Item;
  readonly onRetry: (key: string) => void;
  readonly onDiscard: (key: string) => void;
}

export const Message = memo(function Message({ item, onRetry, onDiscard }: MessageProps): ReactNode {
  const { kind, text } = shownAs(item.content);
  const fate = fateOf(item);
  return (
    <li className={`message message-${fate}`} data-testid="message" data-seq={item.seq}>
      {kind === 'json' ? <pre className="bubble bubble-json">{text}</pre> : <p className="bubble" dir="auto">{text}</p>}
      {fate === 'pending' && <p className="fate">Not sent yet</p>}
      {fate === 'failed' && (
        <div className="fate fate-failed">
          <p>{item.problem}</p>
          <button type="button" className="link" onClick={() => { onRetry(item.key); }}>Try again</button>
          <button type="button" className="link" onClick={() => { onDiscard(item.key); }}>Remove</button>
        </div>
      )}
    </li>
  );
});
