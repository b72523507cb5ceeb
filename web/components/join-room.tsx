// Where a room's name is written, to open it: a room needs no making.
import { type ReactNode, useId, useState } from 'react';

interface JoinRoomProps {
  /** The answer is what is wrong with the name, in words. */
  readonly onEnter: (name: string) => string | undefined;
}

export function JoinRoom({ onEnter }: JoinRoomProps): ReactNode {
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<string>();
  const id = useId();
  const enter = (): void => {
    const wrong = onEnter(name);
    setProblem(wrong);
    if (wrong === undefined) setName('');
  };
  return (
    <form className="join" aria-label="Open a room" onSubmit={(event) => { event.preventDefault(); enter(); }}>
      <label className="visually-hidden" htmlFor={`${id}name`}>Name of a room</label>
      <input
        id={`${id}name`}
        type="text"
        value={name}
        placeholder="Open a room"
        autoComplete="off"
        autoCapitalize="none"
        enterKeyHint="go"
        spellCheck={false}
        data-testid="room-name"
        aria-invalid={problem !== undefined}
        aria-describedby={problem === undefined ? undefined : `${id}problem`}
        onChange={(event) => { setName(event.target.value); setProblem(undefined); }}
      />
      <button type="submit" className="button" data-testid="enter-room">Open</button>
      {problem !== undefined && <p className="join-problem" id={`${id}problem`} role="alert" data-testid="room-problem">{problem}</p>}
    </form>
  );
}
