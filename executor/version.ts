/** Version of the executor, told to the app and in `/healthz`. */
export const executorVersion = '0.1.0';
