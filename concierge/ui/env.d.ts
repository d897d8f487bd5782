/// <reference types="vite/client" />
/// <reference types="svelte" />

/** The files the phone keeps for when there is no signal; written in by the worker's build. */
declare const SHELL: readonly string[];
