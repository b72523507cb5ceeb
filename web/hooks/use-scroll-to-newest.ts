// Keeps the newest message in view while the reader is at the end, and whatever they read where it is otherwise.
import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { fateOf, type Item } from '../lib/timeline.ts';

/** How far from the end still counts as at the end, in pixels. */
const NEAR = 64;

export interface Scroll {
  readonly frame: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
  readonly toNewest: () => void;
  /** Whether the newest message is in view. */
  readonly isAtEnd: boolean;
}

export function useScrollToNewest(items: readonly Item[]): Scroll {
  const frame = useRef<HTMLDivElement>(null);
  const stays = useRef(true);
  const shown = useRef<{ first: string | undefined; last: string | undefined; height: number }>({ first: undefined, last: undefined, height: 0 });
  const [isAtEnd, setIsAtEnd] = useState(true);

  const toNewest = useCallback(() => {
    stays.current = true;
    setIsAtEnd(true);
    if (frame.current) frame.current.scrollTop = frame.current.scrollHeight;
  }, []);

  const onScroll = useCallback(() => {
    const { scrollHeight = 0, scrollTop = 0, clientHeight = 0 } = frame.current ?? {};
    stays.current = scrollHeight - scrollTop - clientHeight <= NEAR;
    setIsAtEnd(stays.current);
  }, []);

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const [first, last] = [items[0]?.key, items.at(-1)];
    const isOwnNew = last !== undefined && fateOf(last) === 'pending' && last.key !== shown.current.last;
    if (stays.current || isOwnNew) element.scrollTop = element.scrollHeight;
    else if (first !== shown.current.first) element.scrollTop += element.scrollHeight - shown.current.height;
    shown.current = { first, last: last?.key, height: element.scrollHeight };
  }, [items]);

  // The composer grows, the keyboard comes up, the window is resized.
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => { if (stays.current) element.scrollTop = element.scrollHeight; });
    observer.observe(element);
    return () => { observer.disconnect(); };
  }, []);

  return { frame, onScroll, toNewest, isAtEnd };
}
