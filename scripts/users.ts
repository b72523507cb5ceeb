// `npm run users`: lists or ends the connections of a user, as a back end does.
import { run } from './back-end/command.ts';
import { USERS } from './back-end/options.ts';

await run(USERS);
