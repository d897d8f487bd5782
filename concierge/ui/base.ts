/** What every page wears: fonts, tokens, base styles. Pages link its stylesheet; it runs nothing. */
import './fonts.css';
import './tokens.css';
import './base.css';
