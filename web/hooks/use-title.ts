// The page's title in the browser's tab: how many messages wait to be read, seen from another tab.
import { useEffect } from 'react';
import type { Listed } from '../lib/chat.ts';

const NAME = 'Carillon';

export function useTitle(list: readonly Listed[]): void {
  const count = list.reduce((sum, { unread }) => sum + (unread === 'some' ? 0 : unread), 0);
  const isSome = list.some(({ unread }) => unread === 'some');
  useEffect(() => {
    const mark = count > 0 ? `(${count}) ` : isSome ? '• ' : '';
    document.title = mark + NAME;
    return () => { document.title = NAME; };
  }, [count, isSome]);
}
