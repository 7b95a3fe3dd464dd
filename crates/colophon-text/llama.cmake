# llama.cpp spends its time in the kernels of ggml. What only reads templates, options and pictures, or strings
# the layers of a model together, is compiled with little optimisation; and of that the many small files several at
# once, as most of their time goes into the headers that each of them reads. Both together halve its build.
if(NOT PROJECT_NAME STREQUAL "llama.cpp" OR MSVC OR CMAKE_VERSION VERSION_LESS 3.19)
    return()
endif()

function(colophon_compile_quickly)
    foreach(target llama llama-common mtmd)
        if(NOT TARGET ${target})
            continue()
        endif()
        target_compile_options(${target} PRIVATE -O1)
        set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
        get_target_property(sources ${target} SOURCES)
        get_target_property(folder ${target} SOURCE_DIR)
        list(TRANSFORM sources PREPEND "${folder}/" REGEX "^[^/][^:]*$")
        list(FILTER sources EXCLUDE REGEX "/src/models/|/mtmd/models/|/common/parsers/")
        set_source_files_properties(${sources} TARGET_DIRECTORY ${target} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
        if(target STREQUAL "llama")
            # Vocabulary, sampling and caches are at work for each token.
            set_source_files_properties(${sources} TARGET_DIRECTORY llama PROPERTIES COMPILE_OPTIONS -O3)
        endif()
    endforeach()
endfunction()

cmake_language(DEFER CALL colophon_compile_quickly)
