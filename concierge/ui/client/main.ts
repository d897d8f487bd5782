/** Small custom elements that make the client's plain pages pleasant; each defines itself. */
import './boutique.css';
import './visit.css';
import './address-search.ts';
import './once.ts';
import './visit-form.ts'; // before the draft, which presses its button
import './visit-draft.ts';
import './order-live.ts';
