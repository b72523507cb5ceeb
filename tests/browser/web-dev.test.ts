// `npm start -- --web-dev`: Next's development server behind the one origin, session and hot reload included.
import { expect, test } from 'vitest';
import { Person, openBrowser } from './person.ts';
import { RunningStack, endpointsOf } from './stack.ts';

test('a developer signs in at the development server and is told of changes', async () => {
  const stack = await RunningStack.start(['--web-dev']);
  const browser = await openBrowser();
  try {
    const alice = await Person.arrive(browser, endpointsOf(stack.folder));
    const reloads = alice.page.waitForEvent('websocket', (socket) => socket.url().includes('/_next/'));
    await alice.signIn('alice');
    expect((await reloads).url()).toContain(new URL(endpointsOf(stack.folder).web).host);
    await alice.say('Seen at once.');
    await alice.sees('Seen at once.');
  } finally {
    await browser.close();
    await stack.stop();
  }
});
