// The time, for what is shown to depend on: it stands still while a component renders, and moves on every so often.
import { useEffect, useState } from 'react';

/** Milliseconds since 1970, renewed every `period` milliseconds. */
export function useNow(period: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => { setNow(Date.now()); }, period);
    return () => { clearInterval(timer); };
  }, [period]);
  return now;
}
