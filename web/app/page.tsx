// The one page there is.
import type { ReactNode } from 'react';
import { App } from '../components/app.tsx';

export default function Page(): ReactNode {
  return <App />;
}
