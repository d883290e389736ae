// Marks text for translation; xgettext and the compiler check printf formats through gettext().
#pragma once

#ifdef HUTCH_UNTRANSLATED  // hutch-launch, which says numbers and no words: no message catalogues
#define _(text) (text)
#else
#include <libintl.h>
#define _(text) gettext(text)
#endif
#define N_(text) text
