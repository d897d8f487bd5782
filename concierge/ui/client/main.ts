/** Small custom elements that make the client's plain pages pleasant; each defines itself. */
import './once.ts';
