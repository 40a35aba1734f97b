/** Vite turns these imports into a style sheet. */
declare module '*.css';
