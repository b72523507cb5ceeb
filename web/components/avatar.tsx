// A person in the place of a picture.
import type { ReactNode } from 'react';
import { initialsOf } from '../lib/names.ts';

export function Avatar({ name, isMine }: { readonly name: string; readonly isMine: boolean }): ReactNode {
  return <span className={isMine ? 'avatar avatar-mine' : 'avatar'} aria-hidden="true">{initialsOf(name)}</span>;
}
