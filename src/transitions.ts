// Handler of the post-function: a bundle of its own, without cryptography, because it runs at every transition.
export { transitionPostFunction } from './functions/transition-post-function';
