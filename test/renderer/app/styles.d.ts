/* Vite turns these into files of the page; tests only load the modules that name them. */
declare module '*.css';

declare module '*?worker&url' {
  const url: string;
  export default url;
}

declare module '*.wav' {
  const url: string;
  export default url;
}
