// Newer headers make a macro of curl_easy_setopt, which would take the place of the looked-up function of that name.
#define CURL_DISABLE_TYPECHECK
#include "ccurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

// Each entry is the address of the libcurl function of that name.
#define FUNCTIONS(X)                                                                                                   \
    X(curl_global_init)                                                                                                \
    X(curl_version)                                                                                                    \
    X(curl_easy_init)                                                                                                  \
    X(curl_easy_cleanup)                                                                                               \
    X(curl_easy_reset)                                                                                                 \
    X(curl_easy_strerror)                                                                                              \
    X(curl_easy_setopt)                                                                                                \
    X(curl_easy_getinfo)                                                                                               \
    X(curl_slist_append)                                                                                               \
    X(curl_slist_free_all)                                                                                             \
    X(curl_multi_init)                                                                                                 \
    X(curl_multi_cleanup)                                                                                              \
    X(curl_multi_add_handle)                                                                                           \
    X(curl_multi_remove_handle)                                                                                        \
    X(curl_multi_perform)                                                                                              \
    X(curl_multi_poll)                                                                                                 \
    X(curl_multi_wakeup)                                                                                               \
    X(curl_multi_info_read)                                                                                            \
    X(curl_url)                                                                                                        \
    X(curl_url_cleanup)                                                                                                \
    X(curl_url_set)                                                                                                    \
    X(curl_url_get)                                                                                                    \
    X(curl_free)

#define MEMBER(name) __typeof__(name) *name;
static struct { FUNCTIONS(MEMBER) } api;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static const char *failure;
static char failure_text[512];

static void load(void) {
    static const char *const names[] = {
#ifdef __APPLE__
        // By its whole path: a bare name is looked for in the working directory first.
        "/usr/lib/libcurl.4.dylib",
#else
        "libcurl.so.4",
        "libcurl-gnutls.so.4",
#endif
    };
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++) {
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (!library && i == 0) snprintf(failure_text, sizeof failure_text, "%s", dlerror());
    }
    if (!library) {
        failure = failure_text;
        return;
    }
#define LOOK_UP(name)                                                                                                  \
    if (!(api.name = (__typeof__(name) *)dlsym(library, #name))) {                                                     \
        failure = "this libcurl lacks " #name "; 7.68 or later is needed";                                             \
        return;                                                                                                        \
    }
    FUNCTIONS(LOOK_UP)
    if (api.curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) failure = "libcurl could not be initialised";
}

const char *ccurl_load(void) {
    pthread_once(&once, load);
    return failure;
}

const char *ccurl_version(void) { return api.curl_version(); }

CURL *ccurl_easy_init(void) { return api.curl_easy_init(); }
void ccurl_easy_cleanup(CURL *easy) { api.curl_easy_cleanup(easy); }
void ccurl_easy_reset(CURL *easy) { api.curl_easy_reset(easy); }
const char *ccurl_easy_strerror(CURLcode code) { return api.curl_easy_strerror(code); }

CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) { return api.curl_easy_setopt(easy, option, value); }
CURLcode ccurl_set_string(CURL *easy, CURLoption option, const char *value) {
    return api.curl_easy_setopt(easy, option, value);
}
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
    return api.curl_easy_setopt(easy, option, value);
}
CURLcode ccurl_set_list(CURL *easy, CURLoption option, struct curl_slist *value) {
    return api.curl_easy_setopt(easy, option, value);
}
CURLcode ccurl_set_write_callback(CURL *easy, CURLoption option, curl_write_callback value) {
    return api.curl_easy_setopt(easy, option, value);
}
long ccurl_get_long(CURL *easy, CURLINFO info) {
    long value = -1;
    return api.curl_easy_getinfo(easy, info, &value) == CURLE_OK ? value : -1;
}

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text) {
    return api.curl_slist_append(list, text);
}
void ccurl_slist_free_all(struct curl_slist *list) { api.curl_slist_free_all(list); }

CURLM *ccurl_multi_init(void) { return api.curl_multi_init(); }
void ccurl_multi_cleanup(CURLM *multi) { api.curl_multi_cleanup(multi); }
CURLMcode ccurl_multi_add(CURLM *multi, CURL *easy) { return api.curl_multi_add_handle(multi, easy); }
CURLMcode ccurl_multi_remove(CURLM *multi, CURL *easy) { return api.curl_multi_remove_handle(multi, easy); }
CURLMcode ccurl_multi_perform(CURLM *multi, int *running) { return api.curl_multi_perform(multi, running); }
CURLMcode ccurl_multi_poll(CURLM *multi, int milliseconds) {
    return api.curl_multi_poll(multi, NULL, 0, milliseconds, NULL);
}
CURLMcode ccurl_multi_wakeup(CURLM *multi) { return api.curl_multi_wakeup(multi); }
CURLcode ccurl_multi_result(CURLM *multi, int *found) {
    CURLcode result = CURLE_OK;
    int left = 0;
    *found = 0;
    for (CURLMsg *message; (message = api.curl_multi_info_read(multi, &left));) {
        if (message->msg == CURLMSG_DONE) {
            *found = 1;
            result = message->data.result;
        }
    }
    return result;
}

CURLU *ccurl_url(void) { return api.curl_url(); }
void ccurl_url_cleanup(CURLU *url) { api.curl_url_cleanup(url); }
CURLUcode ccurl_url_set(CURLU *url, CURLUPart part, const char *text, unsigned int flags) {
    return api.curl_url_set(url, part, text, flags);
}
CURLUcode ccurl_url_get(CURLU *url, CURLUPart part, char **text, unsigned int flags) {
    return api.curl_url_get(url, part, text, flags);
}
void ccurl_free(void *text) { api.curl_free(text); }
