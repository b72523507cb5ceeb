// A function that does what its event's `do` says, to show how the emulator's Node runtime reports it.

class OwnError extends Error {
  name = 'OwnError';
}

const ACTS = {
  answer: (event) => event.answer,
  context: (event, context) => ({ ...context, remaining: context.getRemainingTimeInMillis() }),
  variables: () => ({ ...process.env }),
  folder: () => process.cwd(),
  nothing: () => undefined,
  log: (event) => console.warn('seen %s', event.answer),
  throw: (event) => {
    throw new OwnError(event.answer);
  },
  throwText: (event) => {
    throw event.answer;
  },
  circle: () => {
    const circle = {};
    circle.circle = circle;
    return circle;
  },
  hang: () => new Promise(() => undefined),
  reject: (event) => {
    void Promise.reject(new Error(event.answer));
    return new Promise((resolve) => setTimeout(resolve, 1000));
  },
  uncaught: (event) => {
    setTimeout(() => {
      throw new OwnError(event.answer);
    });
    return new Promise((resolve) => setTimeout(resolve, 1000));
  },
};

export const handler = async (event, context) => ACTS[event.do](event, context);
