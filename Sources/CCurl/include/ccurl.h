// The part of libcurl that Vivace uses, callable from Swift.
//
// Two things stand between Swift and libcurl: its option and information functions take variadic arguments, which Swift
// can't call, and linking it costs every start of the program the loading of some thirty libraries. So the functions
// below have fixed types, and `ccurl_load` opens libcurl when the first download begins.
#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>
#include <stddef.h>

// Opens libcurl and initialises it, once for the process; callable from any thread.
//
// Returns NULL, or why libcurl can't be used (static storage). Every other function needs a successful call of this one
// before it.
const char *ccurl_load(void);

// libcurl's version string, such as "libcurl/7.88.1 OpenSSL/3.0.11" (static storage).
const char *ccurl_version(void);

CURL *ccurl_easy_init(void);
void ccurl_easy_cleanup(CURL *easy);
// Back to the defaults; keeps connections, DNS answers and TLS sessions.
void ccurl_easy_reset(CURL *easy);
const char *ccurl_easy_strerror(CURLcode code);

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value);
// For CURLOPT_WRITEFUNCTION and CURLOPT_HEADERFUNCTION, which share a type.
CURLcode ccurl_set_write_callback(CURL *easy, CURLoption option, curl_write_callback value);
// The number that `info` asks for, or -1.
long ccurl_get_long(CURL *easy, CURLINFO info);

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text);
void ccurl_slist_free_all(struct curl_slist *list);

CURLM *ccurl_multi_init(void);
void ccurl_multi_cleanup(CURLM *multi);
CURLMcode ccurl_multi_add(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_remove(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_perform(CURLM *multi, int *running);
// Waits for activity at most `milliseconds`, or until `ccurl_multi_wakeup`.
CURLMcode ccurl_multi_poll(CURLM *multi, int milliseconds);
// Ends a `ccurl_multi_poll` of another thread.
CURLMcode ccurl_multi_wakeup(CURLM *multi);
// The outcome of the finished transfer in `multi`; CURLE_OK with `*found` 0 if none has finished.
CURLcode ccurl_multi_result(CURLM *multi, int *found);

CURLU *ccurl_url(void);
void ccurl_url_cleanup(CURLU *url);
CURLUcode ccurl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned int flags);
// The text in `*text` is the caller's to free with `ccurl_free`.
CURLUcode ccurl_url_get(CURLU *url, CURLUPart part, char **text, unsigned int flags);
void ccurl_free(void *text);

#endif
