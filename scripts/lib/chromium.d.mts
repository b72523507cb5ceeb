export declare const NO_BROWSER: string;
export declare function findChromium(environment?: NodeJS.ProcessEnv): string | undefined;
