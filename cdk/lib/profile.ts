// The two kinds of deployment, from which most defaults follow.

/** `dev` is convenient and disposable, `prod` is strict and keeps its data. */
export type Profile = 'dev' | 'prod';
