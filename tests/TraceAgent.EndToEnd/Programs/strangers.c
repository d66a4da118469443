/*
 * Has a text in a page that is not in memory: strangers KIND DELAY_MS USER THREADS FOLDER. DELAY_MS is how long whoever
 * provides the page takes, -1 for ever. A server is a process of its own, so that its end sets everybody free who waits
 * for it: it ends with this program, and after a minute in any case. Mounts are in a mount namespace of this program.
 * Each line of input but "own" calls Take; "own" reads the text as the program itself does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096
#define FILE_INODE 2
#define TEXT "from a stranger"

static long delay_ms;

/* The end of this pipe that writes is the program's; the servers see it go. */
static int life[2];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void wait_for(int file)
{
	struct pollfd waits[] = {{.fd = file, .events = POLLIN}, {.fd = life[0]}};

	poll(waits, 2, -1);
	if (waits[1].revents)
		exit(0);
}

static void answer(int device, const struct fuse_in_header *request, int error, const void *body, size_t size)
{
	char reply[sizeof(struct fuse_out_header) + PAGE];
	struct fuse_out_header header = {sizeof header + size, error, request->unique};

	memcpy(reply, &header, sizeof header);
	if (size)
		memcpy(reply + sizeof header, body, size);
	/* Whoever asked may be gone. */
	if (write(device, reply, header.len) < 0 && errno != ENOENT)
		exit(1);
}

static struct fuse_attr attributes(uint64_t inode)
{
	struct fuse_attr file = {.ino = FILE_INODE, .size = PAGE, .mode = S_IFREG | 0644, .nlink = 1};
	struct fuse_attr folder = {.ino = inode, .mode = S_IFDIR | 0755, .nlink = 2};

	return inode == FILE_INODE ? file : folder;
}

static void serve_fuse(int device)
{
	static char request[1 << 20], page[PAGE];

	strcpy(page, TEXT);
	while (wait_for(device), read(device, request, sizeof request) > 0) {
		struct fuse_in_header *header = (void *)request;

		switch (header->opcode) {
		case FUSE_INIT: {
			struct fuse_init_out init = {.major = 7, .minor = 31, .max_write = PAGE, .max_readahead = PAGE};

			answer(device, header, 0, &init, sizeof init);
			break;
		}
		case FUSE_GETATTR: {
			struct fuse_attr_out out = {.attr_valid = 60, .attr = attributes(header->nodeid)};

			answer(device, header, 0, &out, sizeof out);
			break;
		}
		case FUSE_LOOKUP: {
			struct fuse_entry_out out = {.nodeid = FILE_INODE, .entry_valid = 60, .attr_valid = 60, .attr = attributes(FILE_INODE)};

			answer(device, header, strcmp((char *)(header + 1), "file") ? -ENOENT : 0, &out,
			       strcmp((char *)(header + 1), "file") ? 0 : sizeof out);
			break;
		}
		case FUSE_OPEN: {
			struct fuse_open_out out = {.fh = 1};

			answer(device, header, 0, &out, sizeof out);
			break;
		}
		case FUSE_STATFS: {
			struct fuse_statfs_out out = {.st = {.bsize = PAGE, .namelen = 255, .frsize = PAGE}};

			answer(device, header, 0, &out, sizeof out);
			break;
		}
		case FUSE_READ:
			if (delay_ms >= 0) {
				usleep(delay_ms * 1000);
				answer(device, header, 0, page, PAGE);
			}
			break;
		case FUSE_FORGET:
		case FUSE_BATCH_FORGET:
		case FUSE_INTERRUPT:
			break;
		default:
			answer(device, header, header->opcode == FUSE_RELEASE || header->opcode == FUSE_FLUSH ? 0 : -ENOSYS, NULL, 0);
		}
	}
	exit(0);
}

static void serve_faults(int faults)
{
	static char page[PAGE] __attribute__((aligned(PAGE))) = TEXT;
	struct uffd_msg event;

	for (;;) {
		wait_for(faults);
		if (read(faults, &event, sizeof event) == sizeof event && delay_ms >= 0) {
			struct uffdio_copy copy = {.dst = event.arg.pagefault.address & -PAGE, .src = (unsigned long)page, .len = PAGE};

			usleep(delay_ms * 1000);
			ioctl(faults, UFFDIO_COPY, &copy);
		}
	}
}

static void in_a_server(void (*serve)(int), int file)
{
	if (fork() == 0) {
		close(life[1]);
		alarm(60);
		serve(file);
		exit(0);
	}
}

static char *folder_in(const char *folder, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", folder, name) < 0 || (mkdir(path, 0755) && errno != EEXIST))
		die(name);
	return path;
}

static void *map_file(const char *folder)
{
	char path[4096];
	void *page;
	int file;

	snprintf(path, sizeof path, "%s/file", folder);
	file = open(path, O_RDONLY);
	if (file < 0)
		die(path);
	page = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, file, 0);
	if (page == MAP_FAILED)
		die("mmap");
	close(file);
	return page;
}

static void write_file(const char *folder)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s/file", folder);
	file = fopen(path, "w");
	if (!file || fprintf(file, TEXT) < 0 || ftruncate(fileno(file), PAGE) || fclose(file))
		die(path);
}

static char *mount_fuse(const char *folder)
{
	char *mountpoint = folder_in(folder, "fuse"), options[100];
	int device = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", device);
	if (device < 0 || mount("strangers", mountpoint, "fuse", MS_NODEV | MS_NOSUID, options))
		die("mount FUSE");
	in_a_server(serve_fuse, device);
	close(device);
	return mountpoint;
}

static char *mount_overlay(const char *folder, const char *lower)
{
	char *mountpoint = folder_in(folder, "overlay"), options[9000];

	snprintf(options, sizeof options, "lowerdir=%s:%s", lower, folder_in(folder, "other"));
	if (mount("overlay", mountpoint, "overlay", MS_RDONLY, options))
		die("mount overlay");
	return mountpoint;
}

static char *mount_local(const char *folder, const char *type)
{
	char *mountpoint = folder_in(folder, type);

	if (mount(type, mountpoint, type, 0, ""))
		die(type);
	write_file(mountpoint);
	return mountpoint;
}

static void *with_faults(void *page, int serve)
{
	int faults = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	struct uffdio_api api = {.api = UFFD_API};
	struct uffdio_register range = {{(unsigned long)page, PAGE}, UFFDIO_REGISTER_MODE_MISSING, 0};

	if (page == MAP_FAILED || faults < 0 || ioctl(faults, UFFDIO_API, &api) || ioctl(faults, UFFDIO_REGISTER, &range))
		die("userfaultfd");
	if (serve)
		in_a_server(serve_faults, faults);
	return page;
}

static const char *page_of(const char *kind, const char *folder)
{
	if (strcmp(kind, "fuse") == 0)
		return map_file(mount_fuse(folder));
	if (strcmp(kind, "overlay-of-fuse") == 0)
		return map_file(mount_overlay(folder, mount_fuse(folder)));
	if (strcmp(kind, "userfaultfd") == 0)
		return with_faults(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), 1);
	if (strcmp(kind, "userfaultfd-of-memfd") == 0) {
		int file = memfd_create("strangers", MFD_CLOEXEC);

		if (file < 0 || ftruncate(file, PAGE))
			die("memfd");
		return with_faults(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), 1);
	}
	if (strcmp(kind, "overlay") == 0)
		return map_file(mount_overlay(folder, mount_local(folder, "tmpfs")));
	if (strcmp(kind, "tmpfs") == 0 || strcmp(kind, "ramfs") == 0)
		return map_file(mount_local(folder, kind));
	if (strcmp(kind, "file") == 0) {
		write_file(folder);
		return map_file(folder);
	}
	if (strcmp(kind, "zeros") == 0)
		return mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, open("/dev/zero", O_RDONLY), 0);
	if (strcmp(kind, "anonymous") == 0)
		return mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	fprintf(stderr, "what is %s?\n", kind);
	exit(2);
}

static void *idle(void *unused)
{
	for (;;)
		pause();
	return unused;
}

__attribute__((noipa)) const char *Take(const char *text, const char *nowhere)
{
	(void)nowhere;
	return text;
}

int main(int count, char **arguments)
{
	const char *page;
	char line[64];

	if (count != 6)
		return 2;
	delay_ms = atol(arguments[2]);
	if (unshare(CLONE_NEWNS) || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		die("mount namespace");
	if (pipe2(life, O_CLOEXEC))
		die("pipe");
	page = page_of(arguments[1], arguments[5]);
	for (int thread = atoi(arguments[4]); thread > 1; thread--) {
		pthread_t started;

		pthread_create(&started, NULL, idle, NULL);
	}
	/* The C library sets it in all threads. */
	if (setgid(atoi(arguments[3])) || setuid(atoi(arguments[3])))
		die("setuid");
	puts("ready");
	fflush(stdout);
	while (fgets(line, sizeof line, stdin)) {
		if (strcmp(line, "own\n") == 0)
			printf("%s\n", page);
		else
			printf("%s\n", Take(page, (const char *)0x10) == page ? "called" : "?");
		fflush(stdout);
	}
	return 0;
}
