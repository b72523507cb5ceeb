// The frame of every view that is not the conversation: the bells, a title, a few words, something to do.
import type { ReactNode, Ref } from 'react';
import { Bells } from './bells.tsx';

interface CoverProps {
  readonly title: string;
  readonly titleRef?: Ref<HTMLHeadingElement>;
  readonly children: ReactNode;
}

export function Cover({ title, titleRef, children }: CoverProps): ReactNode {
  return (
    <main className="cover">
      <div className="cover-body">
        <Bells />
        <h1 className="cover-title" ref={titleRef} tabIndex={titleRef ? -1 : undefined}>{title}</h1>
        {children}
      </div>
    </main>
  );
}
