/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Line by line.  Start reading at script_parse(); what may stand behind `#!`
 * is one row each in script_acts.
 */
#include "core/tape/script.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/facts/fact.h"
#include "core/shell/await.h"
#include "core/shell/input.h"
#include "core/shell/key.h"
#include "core/shell/parse.h"
#include "core/sys/clock.h"
#include "core/sys/text.h"

#define SCRIPT_TYPE_MAX (10 * NS_PER_S)
#define SCRIPT_GROW     64
#define SCRIPT_QUOTED   40 /* bytes of a line that a sentence repeats */

/* What stands behind the word, into the line.  -1 and err. */
typedef int script_fn(struct script_line *, const char *rest, struct err *);

static const char *
script_usage(enum script_act act)
{
	static const char *const usages[] = { "",
#define X(NAME, word, follows, usage, blurb) usage,
		                              SCRIPT_ACTS(X)
#undef X
	};
	return usages[act];
}

static int
script_keep(char **text, const char *value, struct err *err)
{
	free(*text);
	*text = strdup(value);
	return *text ? 0 : err_sys(err, "cannot keep a line of the script");
}

/* The rows **************************************************************/

static int
script_fact(struct script_line *l, const char *rest, struct err *err)
{
	struct fact *fact = fact_parse(rest, err);

	if (!fact)
		return -1;
	fact_free(fact);
	l->ns = await_patience_ns(rest);
	return script_keep(&l->text, rest, err);
}

/* Words in quotes, as a command's are; without them the rest as it stands. */
static int
script_title(struct script_line *l, const char *rest, struct err *err)
{
	char *word[2] = { NULL, NULL };
	int n, result = -1;

	if (*rest != '"' && *rest != '\'')
		return *rest ? script_keep(&l->text, rest, err)
		             : err_set(err, "the text is missing: `#! %s`",
		                       script_usage(l->act));
	n = parse_words(rest, rest + strlen(rest), word, 2, err);
	if (n == 1)
		result = script_keep(&l->text, word[0], err);
	else if (n == 2)
		err_set(err,
		        "one text in quotes, and nothing behind it: "
		        "`#! %s`",
		        script_usage(l->act));
	for (int i = 0; i < n; i++)
		free(word[i]);
	return result;
}

static int
script_nothing(struct script_line *l, const char *rest, struct err *err)
{
	return *rest ? err_set(err, "nothing stands behind `#! %s`",
	                       script_usage(l->act))
	             : 0;
}

static int
script_key(struct script_line *l, const char *rest, struct err *err)
{
	return key_byte(rest)
	           ? script_keep(&l->text, rest, err)
	           : err_set(err, "the keys are " KEY_WORDS ", not \"%.*s\"",
	                     SCRIPT_QUOTED, rest);
}

static int
script_time(struct script_line *l, const char *rest, struct err *err)
{
	if (text_duration(rest, &l->ns) && l->ns <= SCRIPT_TYPE_MAX)
		return 0;
	return err_set(err,
	               "the time of a key is 40ms or 0.1s, at most 10s, not "
	               "\"%.*s\"",
	               SCRIPT_QUOTED, rest);
}

static int
script_lesson(struct script_line *l, const char *rest, struct err *err)
{
	size_t name = strcspn(rest, " \t");
	const char *step = rest + name + strspn(rest + name, " \t");

	if (!*step || strpbrk(step, " \t"))
		return err_set(err, "a lesson and one of its steps: `#! %s`",
		               script_usage(l->act));
	if (script_keep(&l->text, rest, err) < 0 ||
	    script_keep(&l->step, step, err) < 0)
		return -1;
	l->text[name] = '\0';
	return 0;
}

static const struct {
	const char *word, *blurb;
	script_fn *read;
} script_acts[] = {
#define X(NAME, word, follows, usage, blurb)                                   \
	[SCRIPT_##NAME] = { word, blurb, script_##follows },
	SCRIPT_ACTS(X)
#undef X
};

#define SCRIPT_END (enum script_act)(sizeof(script_acts) / sizeof(*script_acts))

const char *
script_word(int i, const char **usage, const char **blurb)
{
	enum script_act act = (enum script_act)(i + 1);

	if (i < 0 || act >= SCRIPT_END)
		return NULL;
	*usage = script_usage(act);
	*blurb = script_acts[act].blurb;
	return script_acts[act].word;
}

/* Lines *****************************************************************/

static int
script_unknown(const char *word, int len, struct err *err)
{
	char words[128] = "";

	for (int i = SCRIPT_COMMAND + 1; i < (int)SCRIPT_END; i++)
		text_add(words, sizeof(words), "%s%s", *words ? ", " : "",
		         script_acts[i].word);
	if (len == 0)
		return err_set(err, "a word is missing behind `#!`: %s", words);
	return err_set(err,
	               "there is no `#! %.*s`: there are %s; a comment begins "
	               "with `# `",
	               len < SCRIPT_QUOTED ? len : SCRIPT_QUOTED, word, words);
}

/* What stands behind `#!`. */
static int
script_act(struct script_line *l, const char *text, struct err *err)
{
	const char *word = text + strspn(text, " \t"), *rest;
	size_t len = strcspn(word, " \t");

	rest = word + len + strspn(word + len, " \t");
	for (int i = SCRIPT_COMMAND + 1; i < (int)SCRIPT_END; i++) {
		if (strlen(script_acts[i].word) != len ||
		    strncmp(script_acts[i].word, word, len) != 0)
			continue;
		l->act = (enum script_act)i;
		return script_acts[i].read(l, rest, err);
	}
	return script_unknown(word, (int)len, err);
}

/* Text that can be typed and shown: text_clean() would leave it as it is. */
static int
script_clean(const char *line, size_t len, struct err *err)
{
	char clean[PARSE_LINE];
	size_t n;

	if (len >= PARSE_LINE)
		return err_set(err, "a line has at most %d bytes",
		               PARSE_LINE - 1);
	n = text_clean(clean, sizeof(clean), line, len);
	for (size_t i = 0; i < len; i++)
		if (i >= n || (clean[i] != line[i] && line[i] != '\t'))
			return err_set(err,
			               "byte %zu is no text: a script is UTF-8 "
			               "without control characters",
			               i + 1);
	return 0;
}

static struct script_line *
script_add(struct script *s, struct err *err)
{
	struct script_line *line = s->line;

	if (s->n == SCRIPT_LINES) {
		err_set(err, "a script has at most %d lines that do something",
		        SCRIPT_LINES);
		return NULL;
	}
	if (s->n % SCRIPT_GROW == 0)
		line = realloc(s->line,
		               (size_t)(s->n + SCRIPT_GROW) * sizeof(*line));
	if (!line) {
		err_sys(err, "cannot keep a line of the script");
		return NULL;
	}
	s->line = line;
	line[s->n] = (struct script_line){ .act = SCRIPT_COMMAND };
	return &line[s->n++];
}

/* One line, without blanks around it and with a NUL behind it. */
static int
script_line(struct script *s, int number, const char *text, struct err *err)
{
	struct script_line *l;

	if (!*text || (*text == '#' && text[1] != '!') ||
	    (number == 1 && strncmp(text, "#!/", 3) == 0))
		return 0;
	l = script_add(s, err);
	if (!l)
		return -1;
	l->number = number;
	if (script_keep(&l->text, *text == '#' ? "" : text, err) < 0)
		return -1;
	return *text == '#' ? script_act(l, text + 2, err) : 0;
}

static int
script_take_line(struct script *s, int number, const char *text, size_t len,
                 struct err *err)
{
	char line[PARSE_LINE];
	struct err why;
	int result;

	while (len && memchr(" \t\r", text[len - 1], 3))
		len--;
	for (; len && (*text == ' ' || *text == '\t'); len--)
		text++;
	result = script_clean(text, len, &why);
	if (result == 0) {
		memcpy(line, text, len);
		line[len] = '\0';
		result = script_line(s, number, line, &why);
	}
	return result == 0 ? 0
	                   : err_set(err, "%.200s:%d: %.280s", s->name, number,
	                             why.text);
}

struct script *
script_parse(const char *name, const char *text, size_t len, struct err *err)
{
	struct script *s = calloc(1, sizeof(*s));
	int result = 0;

	if (!s || script_keep(&s->name, name, NULL) < 0) {
		script_free(s);
		err_sys(err, "cannot keep the script %.200s", name);
		return NULL;
	}
	for (int number = 1; len && result == 0; number++) {
		const char *end = memchr(text, '\n', len);
		size_t n = end ? (size_t)(end - text) : len;

		result = script_take_line(s, number, text, n, err);
		n += end != NULL;
		text += n;
		len -= n;
	}
	if (result == 0)
		return s;
	script_free(s);
	return NULL;
}

/* Files *****************************************************************/

struct script *
script_read(const char *path, struct err *err)
{
	bool standard = strcmp(path, "-") == 0;
	struct input in = { .eof = false };
	struct script *s = NULL;

	while (standard && input_read(&in, STDIN_FILENO))
		;
	if (standard || input_file(&in, path, err) == 0)
		s = script_parse(standard ? "standard input" : path,
		                 in.text ? in.text : "", in.len, err);
	input_close(&in);
	return s;
}

bool
script_begins_lesson(const struct script *s)
{
	int i = 0;

	while (i < s->n &&
	       (s->line[i].act == SCRIPT_MARK ||
	        s->line[i].act == SCRIPT_CAPTION ||
	        s->line[i].act == SCRIPT_BEAT || s->line[i].act == SCRIPT_TYPE))
		i++;
	return i < s->n && s->line[i].act == SCRIPT_STEP;
}

void
script_free(struct script *s)
{
	if (!s)
		return;
	for (int i = 0; i < s->n; i++) {
		free(s->line[i].text);
		free(s->line[i].step);
	}
	free(s->line);
	free(s->name);
	free(s);
}
