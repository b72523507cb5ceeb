// `npm run push`: publishes to a channel as a back end does.
import { run } from './back-end/command.ts';
import { PUSH } from './back-end/options.ts';

await run(PUSH);
